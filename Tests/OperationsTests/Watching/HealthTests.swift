import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct HealthTests {
    @Test func `a worker that has joined and takes records in is live and ready`() {
        let health = Health(.sample(), silence: .seconds(1))
        #expect(health.isLive)
        #expect(health.isReady)
    }

    @Test func `a loop that does not answer for long is stuck, whatever it said before`() {
        let health = Health(.sample(), silence: .seconds(15))
        #expect(!health.isLive)
        #expect(health.reasons.map(\.word) == ["loop_stuck"])
        #expect(Health(.sample(), silence: .seconds(14)).isLive)
    }

    @Test func `before the first answer it is live and not ready`() {
        let health = Health(nil, silence: .seconds(1))
        #expect(health.isLive)
        #expect(health.reasons.map(\.word) == ["starting"])
    }

    @Test(arguments: [
        ("draining", "draining"), ("suspended", "intake_paused"), ("http_503", "intake_paused"),
        ("unauthorized", "intake_paused"), ("store_full", "store_trouble"), ("publishing", "publishing_trouble"),
    ])
    func `whatever stops the intake makes it not ready`(_ block: String, _ word: String) {
        let health = Health(.sample { $0.intakeBlock = block }, silence: .zero)
        #expect(health.reasons.map(\.word) == [word])
        #expect(health.isLive)
    }

    @Test func `publishing that fails is told with its error, and dead letters that wait with theirs`() {
        let stopped = WorkerInspection.sample(publishTrouble: "X: no (topic r)") { $0.intakeBlock = "publishing" }
        let results = Health(stopped, silence: .zero)
        #expect(results.reasons[0].detail == "results cannot be published (X: no (topic r)); they are tried again")
        let letters = Health(.sample(letterTrouble: "X: no (topic d)", lettersWaiting: 2), silence: .zero)
        #expect(letters.reasons.map(\.word) == ["publishing_trouble"])
        #expect(letters.reasons[0].detail.contains("dead letters cannot be published (X: no (topic d))"))
        #expect(Health(.sample(letterTrouble: "X: no (topic d)"), silence: .zero).isReady)
    }

    @Test func `being full is not trouble`() {
        #expect(Health(.sample { $0.intakeBlock = "full" }, silence: .zero).isReady)
    }

    @Test func `why brokers are out of reach, and why the group or a topic refuses, is in the sentence`() {
        let cause = "b:9092: Connection refused; nothing listens there"
        let away = Health(.sample(stops: [.brokersUnreachable(cause)]), silence: .zero)
        #expect(away.reasons[0].detail == "no Kafka broker can be reached (\(cause))")
        let denied = Health(
            .sample(joinRefusal: "GROUP_AUTHORIZATION_FAILED: no") { $0.hasJoined = false },
            silence: .zero
        )
        #expect(denied.reasons[0].detail.hasSuffix("has not answered yet (GROUP_AUTHORIZATION_FAILED: no)"))
        let partition = TopicPartition(topic: "c", partition: 1)
        let unread = Health(.sample(stops: [.leaderMissing([partition], refusal: "no")]), silence: .zero)
        #expect(unread.reasons[0].detail == "no broker serves c/1 (no); their records wait")
    }

    @Test func `all reasons are told at once`() {
        let health = Health(
            .sample(stops: [.brokersUnreachable(nil)]) {
                $0.hasJoined = false
                $0.intakeBlock = "store_locked"
            },
            silence: .seconds(60)
        )
        #expect(health.reasons.map(\.word) == ["loop_stuck", "brokers_unreachable", "not_joined", "store_trouble"])
    }

    @Test func `a first join that takes long is not a membership that was lost`() {
        let stops = [ConsumerStop.membershipLost(for: .seconds(20), state: "up, wait-join")]
        let health = Health(.sample(stops: stops) { $0.hasJoined = false }, silence: .zero)
        #expect(health.reasons.map(\.word) == ["not_joined"])
    }

    @Test(arguments: [
        (ConsumerStop.brokersSilent(for: .seconds(17)), "brokers_silent", "no Kafka broker has answered for 17 s"),
        (.membershipLost(for: .seconds(20), state: "up, wait-join"), "membership_lost", "for 20 s (up, wait-join)"),
        (.topicMissing("gone"), "topic_missing", "(gone); create it with: customer-worker topics create"),
        (
            .leaderMissing([TopicPartition(topic: "c", partition: 1)], refusal: nil), "leader_missing",
            "no broker serves c/1;"
        ),
        (.notFetched([TopicPartition(topic: "c", partition: 2)]), "not_fetched", "c/2 assigned, but the Kafka client"),
        (
            .foreignTransaction((0..<5).map { TopicPartition(topic: "c", partition: $0) }), "foreign_transaction",
            "the records of c/0, c/1, c/2 and 2 more until"
        ),
    ])
    func `what keeps records from coming has a word and a sentence`(
        _ stop: ConsumerStop,
        _ word: String,
        _ sentence: String
    ) {
        let health = Health(.sample(stops: [stop]), silence: .zero)
        #expect(health.reasons.map(\.word) == [word])
        #expect(health.reasons[0].detail.contains(sentence))
    }

    @Test func `a wait that the API asked for is a reason with its end, and a short one is none`() {
        var inspection = WorkerInspection.sample()
        inspection.hold = .seconds(90)
        let reasons = Health(inspection, silence: .zero).reasons
        #expect(reasons.map(\.word) == ["api_hold"])
        #expect(reasons[0].detail.contains("requests go again at 2027-01-15T08:01:30Z"))
        inspection.hold = .seconds(2)
        #expect(Health(inspection, silence: .zero).isReady)
    }

    @Test func `refusals alike are told with their message`() {
        var inspection = WorkerInspection.sample { $0.intakeBlock = "refused_alike" }
        inspection.refusal = "status 400 (validation_error: tax rate is off)"
        let reasons = Health(inspection, silence: .zero).reasons
        #expect(reasons.map(\.word) == ["refused_alike"])
        #expect(reasons[0].detail.contains("status 400 (validation_error: tax rate is off)"))
    }

    @Test func `answers that are owed for long are reasons`() {
        var inspection = WorkerInspection.sample()
        (inspection.storeSilence, inspection.publishSilence) = (.seconds(14), .seconds(14))
        #expect(Health(inspection, silence: .zero).isReady)
        (inspection.storeSilence, inspection.publishSilence) = (.seconds(15), .seconds(15))
        #expect(Health(inspection, silence: .zero).reasons.map(\.word) == ["store_silent", "commit_unsettled"])
    }

    @Test func `partitions that are not taken yet are a reason`() {
        let health = Health(.sample { $0.isTakingPartitions = true }, silence: .zero)
        #expect(health.reasons.map(\.word) == ["taking_partitions"])
    }
}
