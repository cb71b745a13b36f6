import Kafka
import Testing

@testable import Operations

@Suite struct TopicRulesTests {
    private static let rules = TopicRules(.defaults)

    private static func found(_ name: String, _ configuration: [String: String], replicas: Int = 3) -> [String] {
        let topic = TopicDescription(name: name, partitionCount: 6, replicationFactor: replicas)
        return Self.rules.problems(of: topic, configuration).map { String($0.found.prefix { $0 != " " }) }
    }

    @Test func `usual settings are fine, and so are those that nobody told`() {
        let usual = [
            "cleanup.policy": "delete", "retention.ms": "604800000", "max.message.bytes": "1048588",
            "min.insync.replicas": "2",
        ]
        for name in ["customer_commands", "customer_results", "customer_commands_dlq"] {
            #expect(Self.found(name, usual).isEmpty)
            #expect(Self.found(name, [:]).isEmpty)
            #expect(Self.found(name, ["retention.ms": "-1"]).isEmpty)
        }
    }

    @Test func `what loses records, or keeps them from being written, is told`() {
        #expect(Self.found("customer_results", ["cleanup.policy": "compact,delete"]) == ["cleanup.policy"])
        #expect(Self.found("customer_commands", ["retention.ms": "3600000"]) == ["retention.ms"])
        #expect(Self.found("customer_commands_dlq", ["max.message.bytes": "262144"]) == ["max.message.bytes"])
        #expect(Self.found("customer_results", ["max.message.bytes": "262144"]).isEmpty)
        #expect(Self.found("customer_results", ["min.insync.replicas": "2"], replicas: 1) == ["min.insync.replicas"])
    }
}
