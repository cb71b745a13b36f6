import Kafka
import Testing

@testable import CommandWorker

@Suite struct BrokerReachTests {
    private static let down = ConsumerEvent.failed(
        KafkaError(name: "_ALL_BROKERS_DOWN", code: -187, message: "1/1 brokers are down", disposition: .retry)
    )

    @Test func `brokers are lost when librdkafka says so, and not for another error`() {
        var reach = BrokerReach()
        reach.receive(.failed(KafkaError(name: "_TRANSPORT", code: -195, message: "gone", disposition: .retry)))
        #expect(!reach.isLost)
        reach.receive(Self.down)
        #expect(reach.isLost)
    }

    @Test(arguments: [
        (#"{"brokers":{"a:9092/1":{"name":"a:9092/1","state":"UP"}}}"#, false),
        (#"{"brokers":{"a:9092/1":{"state":"TRY_CONNECT"},"b:9092/2":{"state":"UP"}}}"#, false),
        (#"{"brokers":{"a:9092/1":{"state":"TRY_CONNECT"}}}"#, true), (#"{"brokers":{}}"#, true), ("not JSON", true),
    ])
    func `they are back when the statistics show one that is up`(_ statistics: String, _ isLost: Bool) {
        var reach = BrokerReach()
        reach.receive(Self.down)
        reach.receive(.statistics(statistics))
        #expect(reach.isLost == isLost)
    }

    @Test func `a record or an assignment shows that one is back`() {
        var reach = BrokerReach()
        reach.receive(Self.down)
        reach.receive(.record(CoreDriver.record(0, id: "a")))
        #expect(!reach.isLost)
        reach.receive(Self.down)
        reach.receive(.assigned([]))
        #expect(!reach.isLost)
    }
}
