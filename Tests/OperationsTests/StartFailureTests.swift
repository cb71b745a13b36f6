import Kafka
import Testing

@testable import Operations

/// Whatever Kafka fails for has one sentence and one code, in every command.
@Suite struct StartFailureTests {
    private static func error(_ code: Int32, _ message: String = "no", topic: String? = nil) -> KafkaError {
        KafkaError(code: .init(rawValue: code), message: message, disposition: .permanent, topic: topic)
    }

    @Test(arguments: [
        (29, "TOPIC_AUTHORIZATION_FAILED", "allow this user Describe on the topic t"),
        (30, "GROUP_AUTHORIZATION_FAILED", "on the group"),
        (31, "CLUSTER_AUTHORIZATION_FAILED", "Create on the cluster"),
        (53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "delivery.transactional_id"),
        (58, "SASL_AUTHENTICATION_FAILED", "sasl.username"), (-169, "_AUTHENTICATION", "sasl.username"),
    ])
    func `what is not permitted is 77, with what to allow`(_ code: Int32, _ name: String, _ remedy: String) {
        let failure = StartFailure(Self.error(code, topic: "t"))
        #expect(failure.status == .notPermitted)
        #expect(failure.description.contains("\(name): no (topic t)") && failure.description.contains(remedy))
    }

    @Test func `brokers that do not answer are 69, and named`() {
        let failure = StartFailure(Self.error(-195), "topic x could not be created", brokers: "b:9092")
        #expect(failure.status == .unavailable)
        #expect(
            failure.description
                == "topic x could not be created: no answer from the brokers b:9092 (_TRANSPORT: no); "
                + "check kafka.brokers and the cluster"
        )
    }

    @Test func `brokers that refuse are 69, and properties are 78`() {
        let refused = StartFailure(Self.error(38, "replication factor 5 is larger than 1"))
        #expect(refused.status == .unavailable)
        #expect(refused.description.contains("the brokers refuse it (INVALID_REPLICATION_FACTOR: replication factor 5"))
        let properties = StartFailure(Self.error(-186, "No such configuration property"))
        #expect(properties.status == .configuration)
        #expect(properties.description == "kafka.properties: No such configuration property")
    }
}
