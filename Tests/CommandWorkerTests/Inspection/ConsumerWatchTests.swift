import Kafka
import Records
import Testing

@testable import CommandWorker

@Suite struct ConsumerWatchTests {
    private static let down = ConsumerEvent.failed(
        KafkaError(code: .allBrokersDown, message: "1/1 brokers are down", disposition: .retry)
    )
    private static let unknownTopic = ConsumerEvent.failed(
        KafkaError(code: .unknownTopicOrPartition, message: "Unknown topic", disposition: .retry)
    )

    /// Statistics of one broker and of the first partition of the driver's topic.
    private static func statistics(
        received: Int = 0,
        idle: Int = 0,
        group: String = #""state":"up","stateage":0,"join_state":"steady""#,
        partition: String = #""leader":1,"next_offset":10,"lo_offset":0,"hi_offset":10,"ls_offset":10,"fetchq_cnt":0"#
    ) -> ConsumerEvent {
        .statistics(
            #"{"brokers":{"a":{"state":"UP","rx":\#(received),"rxidle":\#(idle)}},"cgrp":{\#(group)},"#
                + #""topics":{"\#(CoreDriver.partition.topic)":{"partitions":"#
                + #"{"0":{\#(partition)},"-1":{"leader":-1}}}}}"#
        )
    }

    private static func receive(
        _ watch: inout ConsumerWatch,
        _ event: ConsumerEvent,
        at seconds: Int,
        holds: Bool = true,
        isPaused: Bool = false
    ) {
        watch.receive(event, holds: { _ in holds }, isPaused: { _ in isPaused }, at: .seconds(seconds))
    }

    @Test func `brokers are lost when librdkafka says so, and not for another error`() {
        var watch = ConsumerWatch()
        let other = KafkaError(code: .transport, message: "gone", disposition: .retry)
        Self.receive(&watch, .failed(other), at: 1)
        #expect(watch.stops(at: .seconds(1)).isEmpty)
        Self.receive(&watch, Self.down, at: 1)
        #expect(watch.stops(at: .seconds(1)) == [.brokersUnreachable(nil)])
    }

    @Test(arguments: [
        (#"{"brokers":{"a:9092/1":{"name":"a:9092/1","state":"UP"}}}"#, false),
        (#"{"brokers":{"a:9092/1":{"state":"TRY_CONNECT"},"b:9092/2":{"state":"UP"}}}"#, false),
        (#"{"brokers":{"a:9092/1":{"state":"TRY_CONNECT"}}}"#, true), (#"{"brokers":{}}"#, true), ("not JSON", true),
        (#"{"brokers":[],"cgrp":1,"topics":{"t":{"partitions":{"x":{},"0":7}}}}"#, true),
    ])
    func `they are back when the statistics show one that is up`(_ statistics: String, _ isLost: Bool) {
        var watch = ConsumerWatch()
        Self.receive(&watch, Self.down, at: 1)
        Self.receive(&watch, .statistics(statistics), at: 2)
        #expect(watch.stops(at: .seconds(2)).contains(.brokersUnreachable(nil)) == isLost)
    }

    @Test func `a record or an assignment shows that one is back`() {
        for event in [ConsumerEvent.record(CoreDriver.record(0, id: "a")), .assigned([])] {
            var watch = ConsumerWatch()
            Self.receive(&watch, Self.down, at: 1)
            Self.receive(&watch, event, at: 2)
            #expect(watch.stops(at: .seconds(2)).isEmpty)
        }
    }

    @Test func `brokers that answer nothing for 15 s are silent, until one answers`() {
        var watch = ConsumerWatch()
        for second in stride(from: 0, through: 15, by: 5) {
            Self.receive(&watch, Self.statistics(received: 7, idle: max(0, second - 1) * 1_000_000), at: second)
            #expect(watch.stops(at: .seconds(second)).isEmpty == (second < 15), "\(second)")
        }
        #expect(watch.stops(at: .seconds(16)) == [.brokersSilent(for: .seconds(16))])
        Self.receive(&watch, Self.statistics(received: 8), at: 20)
        #expect(watch.stops(at: .seconds(20)).isEmpty)
    }

    @Test func `a new connection without an answer is no answer`() {
        var watch = ConsumerWatch()
        Self.receive(&watch, Self.statistics(received: 7), at: 5)
        for second in [10, 15, 20] { Self.receive(&watch, Self.statistics(received: 7, idle: -1), at: second) }
        #expect(watch.stops(at: .seconds(20)) == [.brokersSilent(for: .seconds(15))])
    }

    @Test func `a member without partitions that cannot join is outside, one that holds some is not`() {
        let group = #""state":"up","stateage":9000000,"join_state":"wait-join""#
        for holds in [false, true] {
            var watch = ConsumerWatch()
            for second in [5, 10, 15, 20] {
                Self.receive(&watch, Self.statistics(received: second, group: group), at: second, holds: holds)
            }
            let expected = holds ? [] : [ConsumerStop.membershipLost(for: .seconds(15), state: "up, wait-join")]
            #expect(watch.stops(at: .seconds(20)) == expected)
            Self.receive(&watch, Self.statistics(received: 25), at: 25, holds: holds)
            #expect(watch.stops(at: .seconds(40)).isEmpty)
        }
    }

    @Test(arguments: [
        (KafkaError.Code.inconsistentGroupProtocol, "INCONSISTENT_GROUP_PROTOCOL: another member has no partition."),
        (.unknownProtocol, "_UNKNOWN_PROTOCOL: another member has no partition.assignment.strategy"),
        (.init(rawValue: 30), "GROUP_AUTHORIZATION_FAILED: JoinGroup failed: no"),
    ])
    func `a group that does not let it in is named with its reason, until it does`(
        code: KafkaError.Code,
        words: String
    ) {
        var watch = ConsumerWatch()
        let group = #""state":"up","stateage":9000000,"join_state":"init""#
        let refusal = KafkaError(code: code, message: "JoinGroup failed: no", disposition: .permanent)
        for second in [5, 10, 15, 20] {
            Self.receive(&watch, .failed(refusal), at: second)
            Self.receive(&watch, Self.statistics(received: second, group: group), at: second, holds: false)
        }
        guard case .membershipLost(_, let state)? = watch.stops(at: .seconds(20)).first else {
            Issue.record("\(watch.stops(at: .seconds(20)))")
            return
        }
        #expect(state.hasPrefix("up, init; \(words)"), "\(state)")
        Self.receive(&watch, .assigned([CoreDriver.partition]), at: 21)
        for second in [25, 30, 35, 40] {
            Self.receive(&watch, Self.statistics(received: second, group: group), at: second, holds: false)
        }
        #expect(watch.stops(at: .seconds(40)) == [.membershipLost(for: .seconds(35), state: "up, init")])
    }

    @Test func `a coordinator that is away for long is told by librdkafka's own clock`() {
        var watch = ConsumerWatch()
        let group = #""state":"query-coord","stateage":14000,"join_state":"steady""#
        Self.receive(&watch, Self.statistics(received: 1, group: group), at: 20)
        #expect(watch.stops(at: .seconds(20)).isEmpty)
        #expect(
            watch.stops(at: .seconds(21)) == [.membershipLost(for: .seconds(15), state: "query-coord, steady")]
        )
    }

    @Test func `a missing topic is missing until records, an assignment or its partitions are there`() {
        let recovered: [ConsumerEvent] = [
            .record(CoreDriver.record(0, id: "a")), .assigned([CoreDriver.partition]), Self.statistics(received: 1),
        ]
        for event in recovered {
            var watch = ConsumerWatch()
            Self.receive(&watch, Self.unknownTopic, at: 1)
            Self.receive(&watch, .assigned([]), at: 2)
            Self.receive(&watch, Self.statistics(partition: #""leader":-1"#), at: 3)
            #expect(watch.stops(at: .seconds(3)) == [.topicMissing("Unknown topic")])
            Self.receive(&watch, event, at: 4)
            #expect(watch.stops(at: .seconds(4)).isEmpty)
        }
    }

    @Test(arguments: [(-1, -1), (0, 0)])
    func `a topic whose fetches are refused is missing still, whatever leader is remembered`(ends: (Int, Int)) {
        var watch = ConsumerWatch()
        Self.receive(&watch, Self.unknownTopic, at: 1)
        let refused = #""leader":1,"next_offset":10,"lo_offset":-1,"hi_offset":\#(ends.0),"ls_offset":\#(ends.1)"#
        for second in stride(from: 5, through: 60, by: 5) {
            Self.receive(&watch, Self.statistics(received: second, partition: refused), at: second)
            #expect(watch.stops(at: .seconds(second)) == [.topicMissing("Unknown topic")])
        }
        Self.receive(&watch, Self.statistics(received: 65), at: 65)
        #expect(watch.stops(at: .seconds(65)).isEmpty)
    }

    @Test func `a partition that is assigned and not fetched is told after a while`() {
        var watch = ConsumerWatch()
        let offsets = #""next_offset":10,"lo_offset":0,"hi_offset":12,"ls_offset":12"#
        let state = { (word: String) in #""leader":1,"fetch_state":"\#(word)",\#(offsets)"# }
        for (second, word) in [(5, "none"), (10, "offset-query"), (19, "none"), (20, "none")] {
            Self.receive(&watch, Self.statistics(received: second, partition: state(word)), at: second)
            #expect(watch.stops(at: .seconds(second)) == (second < 20 ? [] : [.notFetched([CoreDriver.partition])]))
        }
        Self.receive(&watch, Self.statistics(received: 25, partition: state("active")), at: 25)
        #expect(watch.stops(at: .seconds(25)).isEmpty)
        Self.receive(&watch, Self.statistics(received: 30, partition: state("none")), at: 30, holds: false)
        #expect(watch.stops(at: .seconds(31)).isEmpty)
    }

    @Test func `a partition that its leader does not let be read is told after a while`() {
        var watch = ConsumerWatch()
        let refused = #""leader":1,"next_offset":0,"lo_offset":-1,"hi_offset":-1,"ls_offset":-1"#
        for second in [5, 20] {
            Self.receive(&watch, Self.statistics(received: second, partition: refused), at: second)
        }
        #expect(watch.stops(at: .seconds(20)) == [.leaderMissing([CoreDriver.partition], refusal: nil)])
        // An answer in the form of old brokers has no start of the log.
        let old = #""leader":1,"next_offset":0,"lo_offset":-1,"hi_offset":0,"ls_offset":0"#
        Self.receive(&watch, Self.statistics(received: 25, partition: old), at: 25)
        #expect(watch.stops(at: .seconds(25)).isEmpty)
    }

    @Test func `a refusal to let records be read is told with the partitions, until one is read`() {
        var watch = ConsumerWatch()
        let error = KafkaError(code: .topicForbidden, message: "denied", disposition: .permanent)
        let refused = #""leader":1,"next_offset":0,"lo_offset":-1,"hi_offset":-1,"ls_offset":-1"#
        Self.receive(&watch, .failed(error), at: 5)
        for second in [5, 20] {
            Self.receive(&watch, Self.statistics(received: second, partition: refused), at: second)
        }
        #expect(
            watch.stops(at: .seconds(20)) == [.leaderMissing([CoreDriver.partition], refusal: "\(error)")]
        )
        Self.receive(&watch, .record(CoreDriver.record(0, id: "a")), at: 21)
        #expect(watch.stops(at: .seconds(21)) == [.leaderMissing([CoreDriver.partition], refusal: nil)])
    }

    @Test func `a group that this user may not use is why it does not join, until partitions are assigned`() {
        var watch = ConsumerWatch()
        let error = KafkaError(code: .groupForbidden, message: "denied", disposition: .permanent)
        Self.receive(&watch, .failed(error), at: 1)
        #expect(watch.joinRefusal?.contains("Read and Describe on the group") == true)
        Self.receive(&watch, .assigned([CoreDriver.partition]), at: 2)
        #expect(watch.joinRefusal == nil)
    }

    @Test func `addresses to which a connection is up are known from statistics`() {
        var watch = ConsumerWatch()
        let text =
            #"{"brokers":{"a:9092/1":{"nodename":"a:9092","state":"UP"},"b:1/2":{"nodename":"b:1","state":"INIT"}}}"#
        Self.receive(&watch, .statistics(text), at: 1)
        #expect(watch.connected == ["a:9092"])
    }

    @Test func `statistics that stop coming are a silence of the brokers, as far as anybody knows`() {
        var watch = ConsumerWatch()
        Self.receive(&watch, Self.statistics(received: 1), at: 5)
        #expect(watch.stops(at: .seconds(24)).isEmpty)
        #expect(watch.stops(at: .seconds(25)) == [.brokersSilent(for: .seconds(20))])
        Self.receive(&watch, Self.statistics(received: 2), at: 30)
        #expect(watch.stops(at: .seconds(31)).isEmpty)
    }

    @Test func `a partition without leader is told after a while, and one that is not ours never`() {
        for holds in [true, false] {
            var watch = ConsumerWatch()
            for second in [5, 20] {
                let event = Self.statistics(received: second, partition: #""leader":-1,"next_offset":-1001"#)
                Self.receive(&watch, event, at: second, holds: holds)
            }
            #expect(
                watch.stops(at: .seconds(20)) == (holds ? [.leaderMissing([CoreDriver.partition], refusal: nil)] : [])
            )
            Self.receive(&watch, Self.statistics(received: 25), at: 25, holds: holds)
            #expect(watch.stops(at: .seconds(40)).isEmpty)
        }
    }

    @Test func `a transaction of another that stays open holds records back`() {
        let open = #""leader":1,"next_offset":10,"hi_offset":14,"ls_offset":10,"fetchq_cnt":0"#
        let moved = #""leader":1,"next_offset":12,"hi_offset":14,"ls_offset":12,"fetchq_cnt":0"#
        let behind = #""leader":1,"next_offset":3,"hi_offset":14,"ls_offset":10,"fetchq_cnt":7"#
        func stops(_ last: String, isPaused: Bool = false) -> [ConsumerStop] {
            var watch = ConsumerWatch()
            Self.receive(&watch, Self.statistics(received: 5, partition: open), at: 5)
            Self.receive(&watch, Self.statistics(received: 20, partition: last), at: 20, isPaused: isPaused)
            return watch.stops(at: .seconds(20))
        }
        #expect(stops(open) == [.foreignTransaction([CoreDriver.partition])])
        #expect(stops(moved).isEmpty)
        #expect(stops(behind).isEmpty)
        #expect(stops(open, isPaused: true).isEmpty)
    }

    @Test func `what is read to its end is known only of partitions that flow`() {
        var watch = ConsumerWatch()
        Self.receive(&watch, Self.statistics(), at: 5)
        #expect(watch.readTo == [CoreDriver.partition: 10])
        Self.receive(&watch, Self.statistics(partition: #""leader":1,"next_offset":10,"fetchq_cnt":3"#), at: 10)
        #expect(watch.readTo.isEmpty)
        Self.receive(&watch, Self.statistics(), at: 15, isPaused: true)
        #expect(watch.readTo.isEmpty)
        Self.receive(&watch, Self.statistics(), at: 20)
        Self.receive(&watch, .revoked([CoreDriver.partition]), at: 21)
        #expect(watch.readTo.isEmpty)
    }
}
