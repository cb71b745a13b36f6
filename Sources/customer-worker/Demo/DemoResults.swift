import CustomerContract
import JSON
import Kafka
import Records
import Topics

/// A result event, as the demo's table shows it.
struct DemoResult: Sendable {
    /// The correlation header, which the demo sets to the sample's label.
    let label: String
    let event: ResultEvent

    init?(_ record: KafkaRecord) {
        guard let event = ResultEvent(record), let label = ResultEvent.correlationID(of: record) else { return nil }
        self.label = label
        self.event = event
    }

    /// The customer's id, or the error's message with the fields that it is about.
    var answer: String {
        guard !self.event.isCreated else { return self.event.customerID ?? "-" }
        let fields = self.event.details.map { " [" + $0.members.map(\.name).joined(separator: ", ") + "]" }
        return (self.event.message ?? "-") + (fields ?? "")
    }
}

/// Reads the demo's results back as any other service would.
enum DemoResults {
    /// Waits for `count` results, at most a minute.
    static func collect(
        _ count: Int,
        brokers: String,
        topic: String,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> [DemoResult] {
        let client = ClientProperties(brokers: brokers)
        let snapshot = try await TopicSnapshot(topic, try Admin(client, log: { _ in }))
        let follower = try await ResultFollower(client, behind: snapshot.beginnings, log: { _ in })
        let deadline = ContinuousClock.now + .seconds(60)
        var results: [DemoResult] = []
        while results.count < count, ContinuousClock.now < deadline, !Task.isCancelled {
            let records = try await follower.next(within: .milliseconds(250)).records
            results += records.compactMap { DemoResult($0) }
            if !records.isEmpty { progress(results.count) }
        }
        return results
    }
}
