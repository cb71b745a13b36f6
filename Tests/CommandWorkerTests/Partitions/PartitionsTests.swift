import Kafka
import Records
import Testing
import Topics

@testable import CommandWorker

/// ``Partitions`` alone.
///
/// 1. A partition is assigned only after its committed offset has been read; what cannot be read is read again.
/// 2. The same partition assigned again is another assignment.
/// 3. What has become committable is told once, and again only when it was not committed.
/// 4. A revoked or draining assignment gets no new work, and ends by itself when its time is over.
@Suite struct PartitionsTests {
    private static let one = TopicPartition(topic: "commands", partition: 1)
    private static let two = TopicPartition(topic: "commands", partition: 2)

    private func none() -> Partitions {
        Partitions(metadataLimit: OffsetMetadata.limit, revocationBudget: .seconds(10), retryWait: .seconds(1))
    }

    /// The assignment of a partition that is held, and the number of a record of it that is to be run.
    private func run(_ offset: Int64, in partitions: inout Partitions) throws -> (AssignmentID, Int) {
        guard case .run(let id, let number, _) = partitions.accept(offset, of: Self.one) else {
            Issue.record("offset \(offset) is not to be run")
            throw NotRun()
        }
        return (id, number)
    }

    private struct NotRun: Error {}

    // MARK: 1. Taking

    @Test func `records of a partition come too early until its committed offset is read`() {
        var partitions = self.none()
        partitions.await([Self.one])
        #expect(partitions.isTaking)
        #expect(partitions.accept(0, of: Self.one).word == "ignore")
        #expect(partitions.take([PartitionOffset(Self.one, offset: nil)]).map(\.topicPartition) == [Self.one])
        #expect(!partitions.isTaking)
        #expect(partitions.accept(0, of: Self.one).word == "run")
    }

    @Test func `the offset that was read for a partition taken away meanwhile is dropped`() {
        var partitions = self.none()
        partitions.await([Self.one, Self.two])
        _ = partitions.lost([Self.one])
        let taken = partitions.take([Self.one, Self.two].map { PartitionOffset($0, offset: nil) })
        #expect(taken.map(\.topicPartition) == [Self.two])
        #expect(Set(partitions.held.keys) == [Self.two])
    }

    @Test func `offsets that cannot be read are read again after the wait, of those still awaited`() {
        var partitions = self.none()
        partitions.await([Self.one, Self.two])
        partitions.readFailed([Self.one, Self.two], at: .seconds(5))
        #expect(partitions.due(at: .seconds(5)) == .seconds(6))
        #expect(partitions.readAgain(at: .milliseconds(5_999)) == [])
        _ = partitions.revoked([Self.one], at: .seconds(5))
        #expect(partitions.readAgain(at: .seconds(6)) == [Self.two])
        #expect(partitions.readAgain(at: .seconds(7)) == [])
    }

    @Test func `a failure that concerns no awaited partition asks for nothing`() {
        var partitions = Partitions.holding([Self.one])
        partitions.readFailed([Self.one], at: .zero)
        #expect(partitions.due(at: .zero) == nil)
    }

    @Test func `what the metadata lists as ended is skipped, and a log that goes back is another one`() {
        var partitions = self.none()
        partitions.await([Self.one])
        let committed = OffsetProgress(offset: 10, completed: CompletedOffsets(runs: [12...13]))
        _ = partitions.take([PartitionOffset(Self.one, offset: 10, metadata: OffsetMetadata.encode(committed))])
        let words = (10...14).map { partitions.accept($0, of: Self.one).word }
        #expect(words == ["run", "run", "skip", "skip", "run"])
        #expect(partitions.accept(12, of: Self.one).word == "run")
    }

    // MARK: 2. Identity

    @Test func `the same partition assigned again is another assignment, which old work does not concern`()
        throws
    {
        var partitions = Partitions.holding([Self.one])
        let (first, number) = try self.run(0, in: &partitions)
        #expect(partitions.lost([Self.one]) == [first])
        #expect(partitions.accept(1, of: Self.one).word == "ignore")
        partitions.await([Self.one])
        _ = partitions.take([PartitionOffset(Self.one, offset: nil)])
        let (second, _) = try self.run(0, in: &partitions)
        #expect(second != first)
        #expect(partitions.promise(number, size: 1, of: first, onlyAsFirst: false) == nil)
        #expect(partitions.takeNews().offsets == [])
    }

    // MARK: 3. Progress

    @Test func `progress is told once, and again when it was not committed`() throws {
        var partitions = Partitions.holding([Self.one])
        let (id, number) = try self.run(7, in: &partitions)
        #expect(!partitions.hasNews(id))
        #expect(partitions.promise(number, size: 1, of: id, onlyAsFirst: false) == true)
        #expect(partitions.hasNews(id))
        #expect(partitions.takeNews().offsets.map(\.offset) == [8])
        #expect(partitions.takeNews().offsets == [])
        partitions.bringAgain([id])
        let again = partitions.takeNews()
        #expect(again.offsets.map(\.offset) == [8])
        partitions.committed(again.progress)
        #expect(partitions.committed(of: id)?.offset == 8)
        partitions.bringAgain([id])
        #expect(partitions.takeNews().offsets == [])
    }

    @Test func `a completion that cannot be written down is refused, and changes nothing`() throws {
        var partitions = Partitions.holding([Self.one], metadataLimit: LineSamples.roomForOneRun)
        let numbers = try (0...4).map { try self.run($0, in: &partitions) }
        let id = numbers[0].0
        #expect(partitions.promise(numbers[1].1, size: 1, of: id, onlyAsFirst: false) == true)
        #expect(partitions.promise(numbers[3].1, size: 1, of: id, onlyAsFirst: false) == false)
        #expect(partitions.promise(numbers[2].1, size: 1, of: id, onlyAsFirst: true) == false)
        #expect(partitions.promise(numbers[0].1, size: 1, of: id, onlyAsFirst: true) == true)
        #expect(partitions.takeNews().offsets.map(\.offset) == [2])
    }

    @Test func `metadata that brokers refuse are halved, and told, until they are taken`() throws {
        var partitions = Partitions.holding([Self.one])
        let numbers = try (0..<300).map { try self.run($0, in: &partitions) }
        let id = numbers[0].0
        for (_, number) in numbers.enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
            let isPromised = partitions.promise(number, size: 1, of: id, onlyAsFirst: false)
            #expect(isPromised == true)
        }
        let whole = partitions.takeNews().offsets.first?.metadata ?? []
        let limit = partitions.refusedMetadata() ?? -1
        #expect(limit == whole.count / 2)
        let reports = partitions.takeReports()
        #expect(reports == [.metadataLimited(bytes: limit)])
        partitions.bringAgain([id])
        let dense = partitions.takeNews().offsets.first?.metadata ?? []
        #expect(dense.count <= limit)
        #expect(OffsetMetadata.decode(dense, at: 0).runs.count == 150)
        // What does not fit any more is left out from the end, and nothing is added to it.
        partitions.bringAgain([id])
        while partitions.refusedMetadata() != nil {
            partitions.bringAgain([id])
            let offset = partitions.takeNews().offsets.first?.offset
            #expect(offset == 0)
            let isPromised = partitions.promise(numbers[200].1, size: 1, of: id, onlyAsFirst: false)
            #expect(isPromised == false)
        }
        let isPromised = partitions.promise(numbers[0].1, size: 1, of: id, onlyAsFirst: false)
        #expect(isPromised == true)
    }

    @Test func `what another member wrote down is not cut to a limit that was learnt before`() throws {
        var other = Partitions.holding([Self.one])
        let numbers = try (0..<9).map { try self.run($0, in: &other) }
        for (id, number) in numbers.enumerated().filter({ $0.offset % 2 == 1 }).map(\.element) {
            #expect(other.promise(number, size: 1, of: id, onlyAsFirst: false) == true)
        }
        let written = try #require(other.takeNews().offsets.first)
        var partitions = Partitions.holding([Self.two], metadataLimit: LineSamples.roomForOneRun)
        #expect(written.metadata.count > LineSamples.roomForOneRun)
        partitions.await([Self.one])
        _ = partitions.take([written])
        for offset in [0, 2, 4, 6] as [Int64] { _ = try self.run(offset, in: &partitions) }
        let (id, number) = try self.run(8, in: &partitions)
        #expect(partitions.promise(number, size: 1, of: id, onlyAsFirst: false) == true)
        let kept = try #require(partitions.takeNews().offsets.first)
        #expect(OffsetMetadata.decode(kept.metadata, at: 0).runs == [1...1, 3...3, 5...5, 7...8])
    }

    @Test func `metadata that cannot be read are told, and nothing of them is believed`() {
        var partitions = self.none()
        partitions.await([Self.one, Self.two])
        let foreign = PartitionOffset(Self.one, offset: 7, metadata: Array("{}".utf8))
        _ = partitions.take([foreign, PartitionOffset(Self.two, offset: 7)])
        let reports = partitions.takeReports()
        #expect(reports == [.unreadableMetadata(Self.one, at: 7)])
        let word = partitions.accept(8, of: Self.one).word
        #expect(word == "run")
    }

    // MARK: 4. Leaving

    @Test func `a revoked partition gets no new work, and is given back with all that was revoked since`() throws {
        var partitions = Partitions.holding([Self.one, Self.two])
        let (id, _) = try self.run(0, in: &partitions)
        #expect(!partitions.isLeaving(id))
        #expect(partitions.revoked([Self.one], at: .zero) == [id])
        #expect(partitions.isLeaving(id))
        #expect(partitions.holds(id))
        #expect(partitions.accept(1, of: Self.one).word == "ignore")
        #expect(partitions.accept(1, of: Self.two).word == "run")
        _ = partitions.revoked([Self.two], at: .seconds(4))
        #expect(partitions.due(at: .seconds(4)) == .seconds(10))
        #expect(partitions.release() == [Self.one, Self.two])
        #expect(!partitions.holds(id))
        #expect(partitions.revoking == nil)
        #expect(partitions.release() == [])
    }

    @Test func `a revoked assignment ends when its time is over, and is released afterwards`() {
        var partitions = Partitions.holding([Self.one])
        let ids = partitions.revoked([Self.one], at: .seconds(1))
        #expect(partitions.endRevoked(at: .milliseconds(10_999)) == [])
        #expect(partitions.endRevoked(at: .seconds(11)) == ids)
        #expect(partitions.identities == [])
        #expect(partitions.release() == [Self.one])
    }

    @Test func `revoked assignments that the group takes nothing of any more end at once`() {
        var partitions = Partitions.holding([Self.one, Self.two])
        let ids = partitions.revoked([Self.one], at: .zero)
        #expect(partitions.abandonRevoked() == ids)
        #expect(partitions.held[Self.two].map(partitions.holds) == true)
        #expect(partitions.release() == [Self.one])
    }

    @Test func `a drain is said once, stops new records, and ends everything at its deadline`() throws {
        var partitions = Partitions.holding([Self.one, Self.two])
        let (id, _) = try self.run(0, in: &partitions)
        let isFirst = partitions.drain(until: .seconds(30))
        let isSecond = partitions.drain(until: .seconds(1))
        #expect([isFirst, isSecond] == [true, false])
        #expect(partitions.isLeaving(id))
        #expect(partitions.accept(1, of: Self.one).word == "ignore")
        #expect(partitions.due(at: .zero) == .seconds(30))
        #expect(partitions.endDrain(at: .milliseconds(29_999)) == nil)
        #expect(partitions.endDrain(at: .seconds(30))?.count == 2)
        #expect(partitions.identities == [])
        // What is under way then is an event, and no deadline.
        #expect(partitions.due(at: .seconds(30)) == nil)
    }
}

extension Partitions.Acceptance {
    var word: String {
        switch self {
        case .run: "run"
        case .skip: "skip"
        case .ignore: "ignore"
        }
    }
}
