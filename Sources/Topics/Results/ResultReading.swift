package import Kafka
import Records

/// Reads the results topic outside any consumer group: committed results only, and nothing is changed, not even an
/// offset.
package struct ResultReading: Sendable {
    private let client: ClientProperties
    private let snapshot: TopicSnapshot

    /// Looks where the topic begins and ends now.
    ///
    /// - Throws: ``TopicSnapshot/Missing``, or ``KafkaError`` when the cluster does not answer.
    package init(_ topic: String, _ client: ClientProperties) async throws {
        self.client = client
        self.snapshot = try await TopicSnapshot(topic, try Admin(client, log: { _ in }))
    }

    /// Gives every event that is kept and meant to `body`, until it returns `false` or the end that the topic had.
    ///
    /// - Returns: how many events were read, whether they were meant or not.
    @discardableResult
    package func visit(_ selection: ResultSelection, _ body: (ResultEvent) throws -> Bool) async throws -> Int {
        var reader = try await TopicReader(self.client, ranges: self.snapshot.ranges)
        var count = 0
        try await reader.visit { record in
            guard let event = ResultEvent(record) else { return true }
            count += 1
            return try selection.matches(event) ? body(event) : true
        }
        return count
    }

    /// Gives the newest events that are kept and meant to `body`, the oldest of them first; memory holds twice as many.
    ///
    /// - Returns: how many events were read, whether they were meant or not.
    @discardableResult
    package func visit(
        newest count: Int,
        of selection: ResultSelection,
        _ body: (ResultEvent) throws -> Void
    ) async throws -> Int {
        var newest = NewestResults(count)
        let read = try await self.visit(selection) { event in
            newest.take(event)
            return true
        }
        for event in newest.events { try body(event) }
        return read
    }

    /// Gives every event that is meant to `body` as it comes, until it returns `false` or the task is cancelled.
    ///
    /// A follower sees what the broker lets a reader of committed records see. noida-db 0.2.3 hides from every such
    /// reader what a producer commits after a transaction of its own that was aborted; reading again from before that
    /// would show it, but again and again, and from ever further back, so it is left to ``visit(_:_:)``, which begins
    /// again.
    /// - Parameter fromBeginning: whether those that are there already come first; otherwise only those from now on.
    package func follow(
        _ selection: ResultSelection,
        fromBeginning: Bool,
        _ body: (ResultEvent) throws -> Bool
    ) async throws {
        let ranges = fromBeginning ? self.snapshot.beginnings : self.snapshot.ranges
        let follower = try await ResultFollower(self.client, behind: ranges)
        while !Task.isCancelled {
            for record in try await follower.next(within: .milliseconds(250)).records {
                guard let event = ResultEvent(record), selection.matches(event) else { continue }
                guard try body(event) else { return }
            }
        }
    }
}
