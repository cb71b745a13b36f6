import CustomerContract
import JSON
import Kafka

/// Whether any broker can be reached, from what the consumer says.
///
/// librdkafka tells when the last connection is gone (`_ALL_BROKERS_DOWN`) and not when one is there again; its statistics do,
/// every few seconds (STATISTICS.md, `brokers.*.state`).
struct BrokerReach: Sendable {
    private(set) var isLost = false

    mutating func receive(_ event: ConsumerEvent) {
        switch event {
        case .failed(let error) where error.name == "_ALL_BROKERS_DOWN":
            self.isLost = true
        case .record, .assigned:
            self.isLost = false
        case .statistics(let text) where self.isLost:
            // Read only in trouble: it is tens of kilobytes with many partitions.
            if Self.showsBroker(text) { self.isLost = false }
        case .failed, .revoked, .lost, .statistics:
            break
        }
    }

    private static func showsBroker(_ statistics: String) -> Bool {
        guard let document = try? JSONParser.parseObject(Array(statistics.utf8)),
            let brokers = document["brokers"]?.objectValue
        else { return false }
        return brokers.members.contains { $0.value.objectValue?["state"]?.stringValue == "UP" }
    }
}
