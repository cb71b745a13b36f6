import Testing

@testable import Kafka

/// What lines of librdkafka tell that its errors do not (rdkafka_txnmgr.c has the sentences).
@Suite struct KafkaLogLineTests {
    private static func line(_ facility: String, _ message: String) -> KafkaLogLine {
        KafkaLogLine(severity: 3, facility: facility, message: message)
    }

    @Test func `a topic that may not be in a transaction is named, and those that were not tried are not`() {
        let start =
            "[thrd:main]: TxnCoordinator/1: Failed to add partition \"customer_results\" [0] to transaction: Broker: "
        #expect(
            Self.line("ADDPARTS", start + "Topic authorization failed").topicRefusedInTransaction == "customer_results"
        )
        #expect(Self.line("ADDPARTS", start + "Operation not attempted").topicRefusedInTransaction == nil)
        #expect(Self.line("TXNERR", start + "Topic authorization failed").topicRefusedInTransaction == nil)
        #expect(Self.line("ADDPARTS", "no quotes").topicRefusedInTransaction == nil)
    }

    @Test func `a line that tells of no connection has no trouble`() {
        #expect(Self.line("FAIL", "anything").trouble == nil)
    }
}
