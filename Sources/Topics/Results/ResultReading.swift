package import CustomerContract
package import Kafka
package import Records

/// Reads the results topic outside any consumer group: committed results only, and nothing is changed, not even an
/// offset.
package struct ResultReading: Sendable {
    private let client: ClientProperties
    private let log: KafkaLogSink
    private let snapshot: TopicSnapshot

    /// Looks where the topic begins and ends now.
    ///
    /// - Throws: ``TopicSnapshot/Missing``, or ``KafkaError`` when the cluster does not answer.
    package init(_ topic: String, _ client: ClientProperties, log: @escaping KafkaLogSink = { _ in }) async throws {
        self.client = client
        self.log = log
        self.snapshot = try await TopicSnapshot(topic, try Admin(client, log: log))
    }

    /// Gives every event that is kept and meant to `body`, until it returns `false` or the end that the topic had.
    package func visit(_ selection: ResultSelection, _ body: (ResultEvent) throws -> Bool) async throws {
        var reader = try await TopicReader(self.client, ranges: self.snapshot.ranges, log: self.log)
        try await reader.visit { record in
            guard let event = ResultEvent(record), selection.matches(event) else { return true }
            return try body(event)
        }
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
        let follower = try await ResultFollower(self.client, behind: ranges, log: self.log)
        while !Task.isCancelled {
            for record in try await follower.next(within: .milliseconds(250)).records {
                guard let event = ResultEvent(record), selection.matches(event) else { continue }
                guard try body(event) else { return }
            }
        }
    }
}

/// Which result events are meant; all that is said must hold.
package struct ResultSelection: Sendable {
    /// Published then or later.
    package var since: UnixMilliseconds?
    /// `created` or `failed`.
    package var isCreated: Bool?
    /// Outcomes and error codes.
    package var codes: Set<String> = []
    /// Customers.
    package var externalIDs: Set<ExternalID> = []
    /// Commands.
    package var commandIDs: Set<CommandID> = []

    /// Means everything.
    package init() {}

    /// Whether an event is meant.
    package func matches(_ event: ResultEvent) -> Bool {
        if let since, let timestamp = event.timestamp, timestamp < since { return false }
        if let isCreated, event.isCreated != isCreated { return false }
        if !self.codes.isEmpty, !self.codes.contains(event.code) { return false }
        if !self.commandIDs.isEmpty, !self.commandIDs.contains(event.commandID) { return false }
        if !self.externalIDs.isEmpty {
            guard let id = event.externalID, self.externalIDs.contains(id) else { return false }
        }
        return true
    }
}
