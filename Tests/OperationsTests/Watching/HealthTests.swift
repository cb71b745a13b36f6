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

    @Test func `being full is not trouble`() {
        #expect(Health(.sample { $0.intakeBlock = "full" }, silence: .zero).isReady)
    }

    @Test func `all reasons are told at once`() {
        let health = Health(
            .sample {
                $0.hasLostBrokers = true
                $0.hasJoined = false
                $0.intakeBlock = "store_locked"
            },
            silence: .seconds(60)
        )
        #expect(health.reasons.map(\.word) == ["loop_stuck", "brokers_unreachable", "not_joined", "store_trouble"])
    }

    @Test func `partitions that are not taken yet are a reason`() {
        let health = Health(.sample { $0.isTakingPartitions = true }, silence: .zero)
        #expect(health.reasons.map(\.word) == ["taking_partitions"])
    }
}
