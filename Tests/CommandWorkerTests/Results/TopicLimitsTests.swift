import Kafka
import Synchronization
import Testing

@testable import CommandWorker

@Suite struct TopicLimitsTests {
    /// A cluster that tells topics' limits, and a clock that a test turns.
    private final class Cluster: Sendable {
        private struct State {
            var limits: [String: String]?
            var questions = 0
            var now = ContinuousClock.now
        }
        private let state: Mutex<State>

        private let error: KafkaError

        init(
            _ limits: [String: String]?,
            error: KafkaError.Code = KafkaError.Code(rawValue: 29),
            _ disposition: KafkaError.Disposition = .permanent
        ) {
            self.state = Mutex(State(limits: limits))
            self.error = KafkaError(code: error, message: "", disposition: disposition)
        }

        var directory: TopicLimits {
            TopicLimits(
                largestRecord: 10_000_000,
                now: { self.state.withLock(\.now) },
                describe: { topic throws(KafkaError) in try self.describe(topic) }
            )
        }
        var questions: Int { self.state.withLock(\.questions) }
        /// `nil` when the cluster does not tell.
        func set(_ limits: [String: String]?) { self.state.withLock { $0.limits = limits } }
        func wait(_ duration: Duration) { self.state.withLock { $0.now += duration } }

        private func describe(_ topic: String) throws(KafkaError) -> [String: String] {
            let limits = self.state.withLock { state in
                state.questions += 1
                return state.limits
            }
            guard let limits else { throw self.error }
            return limits[topic].map { ["max.message.bytes": $0] } ?? [:]
        }
    }

    @Test func `a limit is what the cluster tells, and at most what the producer takes`() async {
        let limits = Cluster(["small": "5000", "huge": "99999999999", "odd": "many"]).directory
        #expect(await limits.learn(["small", "huge", "odd", "none"]))
        #expect(limits.bytes(of: "small") == 5_000)
        #expect(limits.bytes(of: "huge") == 10_000_000)
        #expect(limits.bytes(of: "odd") == 10_000_000)
        #expect(limits.bytes(of: "none") == 10_000_000)
    }

    @Test func `a limit that was lowered explains a refusal once`() async {
        let cluster = Cluster(["t": "1000000"])
        let limits = cluster.directory
        await limits.learn(["t"])
        cluster.set(["t": "2000"])
        #expect(await limits.learn(["t"]))
        #expect(await !limits.learn(["t"]))
        #expect(limits.bytes(of: "t") == 2_000)
        cluster.set(nil)
        #expect(await !limits.learn(["t"]))
        #expect(limits.bytes(of: "t") == 2_000)
    }

    @Test func `without an answer a refused record of a usual size teaches what is safe, for a minute`() async {
        let cluster = Cluster(nil)
        let limits = cluster.directory
        await limits.learn(["t"])
        limits.teach("t", refused: 3_000)
        #expect(limits.bytes(of: "t") == 10_000_000)
        limits.teach("t", refused: 1_500_000)
        #expect(limits.bytes(of: "t") == TopicLimits.safeBytes)
        limits.teach("t", refused: 400_000)
        #expect(limits.bytes(of: "t") == 300_000)
        limits.teach("t", refused: 2_000_000)
        #expect(limits.bytes(of: "t") == 300_000)
        cluster.wait(TopicLimits.lifetime)
        await limits.learn(["t"])
        #expect(limits.bytes(of: "t") == 10_000_000)
    }

    @Test func `a cluster that does not answer in time is not asked again for a while`() async {
        let cluster = Cluster(nil, error: .timedOut, .retry)
        let limits = cluster.directory
        await limits.learn(["a", "b", "c"])
        #expect(cluster.questions == 1)
        cluster.set(["a": "5000"])
        cluster.wait(TopicLimits.quietTime)
        #expect(await limits.learn(["a"]))
        #expect(cluster.questions == 2)
    }

    @Test func `an unknown topic is asked for once, however often it is used meanwhile`() async {
        let cluster = Cluster(["t": "7000"])
        let limits = cluster.directory
        async let _ = limits.run()
        #expect(!limits.knows("t"))
        for _ in 0..<100 { _ = limits.bytes(of: "t") }
        #expect(limits.knows("t"))
        while limits.bytes(of: "t") != 7_000 { await Task.yield() }
        #expect(cluster.questions == 1)
    }
}
