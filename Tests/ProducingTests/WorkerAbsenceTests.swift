import Kafka
import Records
import Testing

@testable import Producing

@Suite struct WorkerAbsenceTests {
    @Test func `the group is asked after a silence, and then now and then`() {
        var absence = WorkerAbsence()
        let times = stride(from: 0.0, through: 30, by: 0.5).filter { absence.isDue(at: .seconds($0)) }
        #expect(times == [3, 13, 23])
        absence.answered(at: .seconds(31))
        #expect(!absence.isDue(at: .seconds(33.5)) && absence.isDue(at: .seconds(34)))
    }

    @Test func `a group without members is told once, and so is the worker that comes`() {
        var absence = WorkerAbsence()
        let notices = [0, 0, 2, 2, 0].map { absence.take(.members($0)) }
        #expect(notices == [.absent, nil, .joined, nil, .absent])
    }

    @Test func `where members cannot be told, offsets that do not move are`() {
        let partition = TopicPartition(topic: "c", partition: 0)
        var absence = WorkerAbsence()
        let offsets: [Int64?] = [1, 2, 2, 2]
        let notices = offsets.map { absence.take(.positions([PartitionOffset(partition, offset: $0)])) }
        #expect(notices == [nil, nil, WorkerNotice.silent, nil])
        let unknown = absence.take(.positions(nil))
        #expect(unknown == nil)
    }

    @Test func `results between two questions are no silence`() {
        let partition = TopicPartition(topic: "c", partition: 0)
        var absence = WorkerAbsence()
        _ = absence.take(.positions([PartitionOffset(partition, offset: 1)]))
        absence.answered(at: .seconds(4))
        let notice = absence.take(.positions([PartitionOffset(partition, offset: 1)]))
        #expect(notice == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cluster that does not know members is asked for offsets, one that is away for nothing`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("c", partitions: 2)
        let partitions = (0..<2).map { TopicPartition(topic: "c", partition: $0) }
        func finding(_ brokers: String) async throws -> WorkerAbsence.Finding {
            let client = ClientProperties(brokers: brokers, passthrough: ["socket.connection.setup.timeout.ms": "1000"])
            return await WorkerGroup("g", partitions, try Admin(client, log: { _ in }), client).finding()
        }
        guard case .positions(let found) = try await finding(cluster.brokers) else {
            Issue.record("the mock tells members now: show that it has none of them")
            return
        }
        #expect(found == partitions.map { PartitionOffset($0, offset: nil) })
        guard case .positions(nil) = try await finding("127.0.0.1:9") else {
            Issue.record("brokers that are away have said something")
            return
        }
    }
}
