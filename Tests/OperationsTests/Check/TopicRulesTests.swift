import Kafka
import Settings
import Testing

@testable import Operations

@Suite struct TopicRulesTests {
    private static let rules = TopicRules(.defaults)

    private static func problems(
        _ name: String,
        _ configuration: [String: String],
        replicas: Int = 3,
        inSync: Int? = nil,
        commands: [String: String] = [:]
    ) -> [CheckFinding.Outcome] {
        let topic = TopicDescription(
            name: name,
            partitionCount: 6,
            replicationFactor: replicas,
            fewestInSync: inSync
        )
        return Self.rules.problems(of: topic, configuration, commands: commands)
    }

    private static func found(
        _ name: String,
        _ configuration: [String: String],
        replicas: Int = 3,
        commands: [String: String] = [:]
    ) -> [String] {
        Self.problems(name, configuration, replicas: replicas, commands: commands)
            .map { String($0.found.prefix { $0 != " " }) }
    }

    @Test func `usual settings are fine, and so are those that nobody told`() {
        let usual = [
            "cleanup.policy": "delete", "retention.ms": "604800000", "max.message.bytes": "1048588",
            "min.insync.replicas": "2", "message.timestamp.type": "CreateTime",
            "message.timestamp.before.max.ms": "9223372036854775807", "message.timestamp.after.max.ms": "3600000",
        ]
        for name in ["customer_commands", "customer_results", "customer_commands_dlq"] {
            #expect(Self.found(name, usual, commands: usual).isEmpty)
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

    @Test func `too few replicas in sync stop writing, and nothing else does`() {
        let two = ["min.insync.replicas": "2"]
        #expect(Self.problems("customer_results", two, replicas: 1).map { $0.state } == [.failed(.unavailable)])
        #expect(Self.problems("customer_results", two, inSync: 1).map { $0.state } == [.failed(.unavailable)])
        #expect(Self.problems("customer_results", two, inSync: 2).isEmpty)
        #expect(Self.problems("customer_results", ["cleanup.policy": "compact"]).map { $0.state } == [.warning])
    }

    @Test func `times that the dead-letter topic does not take or does not keep are told`() {
        let name = "customer_commands_dlq"
        let week = ["retention.ms": "604800000"]
        #expect(Self.found(name, ["message.timestamp.type": "LogAppendTime"]) == ["message.timestamp.type"])
        for bound in ["message.timestamp.before.max.ms", "message.timestamp.difference.max.ms"] {
            #expect(Self.found(name, [bound: "86400000"], commands: week) == ["message.timestamp.before.max.ms"])
            #expect(Self.found(name, [bound: "604800000"], commands: week).isEmpty)
            #expect(Self.found(name, [bound: "604800000"], commands: ["retention.ms": "-1"]).count == 1)
            #expect(Self.found("customer_results", [bound: "86400000"], commands: week).isEmpty)
        }
        let noClock = ["message.timestamp.after.max.ms": "1000"]
        #expect(Self.found(name, noClock) == ["message.timestamp.after.max.ms"])
        #expect(Self.found("customer_results", noClock) == ["message.timestamp.after.max.ms"])
        #expect(Self.found("customer_commands", noClock).isEmpty)
        // The broker's own time is within any bound.
        let append = noClock.merging(["message.timestamp.type": "LogAppendTime"]) { $1 }
        #expect(Self.found("customer_results", append).isEmpty)
    }
}
