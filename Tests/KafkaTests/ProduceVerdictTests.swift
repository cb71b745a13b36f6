import CLibrdkafka
import Testing

@testable import Kafka

@Suite struct ProduceVerdictTests {
    private static func verdict(_ code: Int32) -> ProduceVerdict {
        KafkaError(code: .init(rawValue: code), message: "", disposition: .permanent).produceVerdict
    }

    /// Every code of the library, by its name.
    private static let codes = Dictionary(
        uniqueKeysWithValues: (Int32(-200)...150).map { (KafkaError.Code(rawValue: $0).name, $0) }
    )

    /// One row for each that the contract of publishing rests on.
    static let rows: [(String, ProduceVerdict)] = [
        ("MSG_SIZE_TOO_LARGE", .record), ("RECORD_LIST_TOO_LARGE", .record), ("INVALID_RECORD", .record),
        ("INVALID_MSG", .record), ("INVALID_TIMESTAMP", .record), ("POLICY_VIOLATION", .record), ("UNKNOWN", .record),
        ("TOPIC_AUTHORIZATION_FAILED", .topic), ("UNKNOWN_TOPIC_OR_PART", .topic), ("TOPIC_EXCEPTION", .topic),
        ("_UNKNOWN_TOPIC", .topic), ("_UNKNOWN_PARTITION", .topic), ("INVALID_REQUIRED_ACKS", .topic),
        ("UNSUPPORTED_FOR_MESSAGE_FORMAT", .topic), ("UNSUPPORTED_COMPRESSION_TYPE", .topic),
        ("NOT_LEADER_FOR_PARTITION", .passing), ("LEADER_NOT_AVAILABLE", .passing), ("NOT_ENOUGH_REPLICAS", .passing),
        ("NOT_ENOUGH_REPLICAS_AFTER_APPEND", .passing), ("REQUEST_TIMED_OUT", .passing), ("_MSG_TIMED_OUT", .passing),
        ("_TIMED_OUT", .passing), ("_TRANSPORT", .passing), ("KAFKA_STORAGE_ERROR", .passing),
        ("THROTTLING_QUOTA_EXCEEDED", .passing), ("_ALL_BROKERS_DOWN", .passing), ("_QUEUE_FULL", .passing),
        ("OUT_OF_ORDER_SEQUENCE_NUMBER", .producer), ("INVALID_PRODUCER_EPOCH", .producer),
        ("PRODUCER_FENCED", .producer),
        ("UNKNOWN_PRODUCER_ID", .producer), ("CLUSTER_AUTHORIZATION_FAILED", .producer), ("_FATAL", .producer),
        ("TRANSACTIONAL_ID_AUTHORIZATION_FAILED", .producer),
        ("_PURGE_QUEUE", .consequence), ("_PURGE_INFLIGHT", .consequence), ("_STATE", .consequence),
    ]

    @Test(arguments: Self.rows)
    func `each error of a record has its verdict`(_ name: String, _ verdict: ProduceVerdict) throws {
        #expect(Self.verdict(try #require(Self.codes[name])) == verdict)
    }

    @Test func `a code that a broker has and this table has not concerns the record, one of the client's passes`() {
        #expect(Self.verdict(140) == .record)
        #expect(Self.verdict(-130) == .passing)
    }

    @Test func `the verdicts do not contradict the dispositions, over all codes of librdkafka`() {
        var count = 0
        for code in Int32(-200)...150 {
            let error = KafkaError(rd_kafka_resp_err_t(rawValue: code))
            switch error.disposition {
            case .retry:
                count += 1
                #expect([.passing, .consequence].contains(error.produceVerdict), "\(error)")
            case .fatal:
                count += 1
                #expect(error.produceVerdict == .producer, "\(error)")
            case .permanent, .abortTransaction, .unknownOutcome:
                continue
            }
        }
        #expect(count >= 25)
    }
}
