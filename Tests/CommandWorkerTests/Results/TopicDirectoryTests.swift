import Kafka
import Synchronization
import Testing

@testable import CommandWorker

@Suite struct TopicDirectoryTests {
    /// A cluster that counts how often it was asked, and a clock that a test turns.
    private final class Cluster: Sendable {
        private struct State {
            var partitionCounts: [String: Int]?
            var questions = 0
            var now = ContinuousClock.now
        }
        private let state: Mutex<State>

        init(_ partitionCounts: [String: Int]) { self.state = Mutex(State(partitionCounts: partitionCounts)) }

        var directory: TopicDirectory {
            TopicDirectory(now: { self.state.withLock(\.now) }, list: { () throws(KafkaError) in try self.list() })
        }
        var questions: Int { self.state.withLock(\.questions) }
        /// `nil` when the cluster does not answer.
        func set(_ partitionCounts: [String: Int]?) { self.state.withLock { $0.partitionCounts = partitionCounts } }
        func wait(_ duration: Duration) { self.state.withLock { $0.now += duration } }

        private func list() throws(KafkaError) -> [TopicDescription] {
            let answer = self.state.withLock { state in
                state.questions += 1
                return state.partitionCounts
            }
            guard let answer else {
                throw KafkaError(code: .transport, message: "no broker", disposition: .retry)
            }
            return answer.map { TopicDescription(name: $0.key, partitionCount: $0.value, replicationFactor: 1) }
        }
    }

    @Test func `a topic is there with the partitions that it has`() async {
        let directory = Cluster(["replies": 2]).directory
        #expect(await directory.has("replies", partition: nil))
        #expect(await directory.has("replies", partition: 1))
        #expect(await !directory.has("replies", partition: 2))
        #expect(await !directory.has("replies", partition: -1))
        #expect(await !directory.has("replies", partition: .max))
        #expect(await !directory.has("others", partition: nil))
        #expect(await directory.partitionCount(of: "replies") == 2)
        #expect(await directory.partitionCount(of: "others") == nil)
    }

    @Test func `a topic is lacking only when the cluster says so, and it is asked only in doubt`() async {
        let cluster = Cluster(["letters": 1])
        let directory = cluster.directory
        cluster.set(nil)
        #expect(await !directory.lacks("letters"), "nothing is known yet")
        cluster.set(["letters": 1])
        cluster.wait(.seconds(10))
        #expect(await !directory.lacks("letters"))
        cluster.set([:])
        cluster.wait(.seconds(3_600))
        #expect(await !directory.lacks("letters"))
        #expect(cluster.questions == 2)
        await directory.doubt()
        #expect(await directory.lacks("letters"))
        cluster.set(["letters": 1])
        #expect(await directory.lacks("letters"))
        cluster.wait(.seconds(10))
        #expect(await !directory.lacks("letters"))
        #expect(cluster.questions == 4)
    }

    @Test func `invented names ask the cluster once in ten seconds`() async {
        let cluster = Cluster(["replies": 1])
        let directory = cluster.directory
        for number in 0..<1_000 { #expect(await !directory.has("invented-\(number)", partition: nil)) }
        #expect(cluster.questions == 1)
        cluster.wait(.seconds(10))
        for number in 0..<1_000 { #expect(await !directory.has("replies", partition: 1 + Int32(number))) }
        #expect(cluster.questions == 2)
    }

    @Test func `a topic that is made later is found, and so are partitions that are added`() async {
        let cluster = Cluster([:])
        let directory = cluster.directory
        #expect(await !directory.has("replies", partition: nil))
        cluster.set(["replies": 1])
        cluster.wait(.seconds(10))
        #expect(await directory.has("replies", partition: 0))
        cluster.set(["replies": 4])
        cluster.wait(.seconds(10))
        #expect(await directory.has("replies", partition: 3))
    }

    @Test func `a topic that is deleted is not used for longer than half a minute`() async {
        let cluster = Cluster(["replies": 1])
        let directory = cluster.directory
        #expect(await directory.has("replies", partition: nil))
        cluster.set([:])
        cluster.wait(.seconds(29))
        #expect(await directory.has("replies", partition: nil))
        cluster.wait(.seconds(1))
        #expect(await !directory.has("replies", partition: nil))
        #expect(cluster.questions == 2)
    }

    @Test func `after a refused record the cluster is asked again`() async {
        let cluster = Cluster(["replies": 4])
        let directory = cluster.directory
        #expect(await directory.has("replies", partition: 3))
        cluster.set(["replies": 1])
        cluster.wait(.seconds(10))
        #expect(await directory.has("replies", partition: 3))
        await directory.doubt()
        #expect(await !directory.has("replies", partition: 3))
    }

    @Test func `while the cluster does not answer what was known stays known`() async {
        let cluster = Cluster(["replies": 1])
        let directory = cluster.directory
        #expect(await directory.has("replies", partition: nil))
        cluster.set(nil)
        cluster.wait(.seconds(60))
        #expect(await directory.has("replies", partition: nil))
        #expect(cluster.questions == 2)
        cluster.set([:])
        cluster.wait(.seconds(10))
        #expect(await !directory.has("replies", partition: nil))
    }
}
