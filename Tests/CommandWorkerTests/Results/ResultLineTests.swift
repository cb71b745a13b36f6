import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import CommandWorker

/// ``ResultLine`` alone.
///
/// 1. One batch is under way at a time; what finishes meanwhile leaves with the next, in the order in which it
///    finished.
/// 2. A record is completed only together with its result, so no committed offset passes an unpublished result.
/// 3. Of a batch that failed nothing has happened: its results leave with the next, before what is newer.
/// 4. What cannot be written down holds back later results of its partition, and of no other.
/// 5. A result lingers only while something else is the bottleneck.
@Suite struct ResultLineTests {
    private static let other = TopicPartition(topic: "commands", partition: 1)

    /// A line with partitions as it needs them.
    private struct Bench {
        var line: ResultLine
        var partitions: Partitions
        private var numbers: [String: (AssignmentID, Int)] = [:]

        init(metadataLimit: Int = OffsetMetadata.limit, maximumBatch: Int = 5_000) {
            self.line = ResultLine(
                maximumBatch: maximumBatch,
                linger: LingerSettings(smallBatch: 3, fullBatch: 5),
                retryWait: .seconds(1),
                deadLetterTopic: "dead"
            )
            self.partitions = .holding([CoreDriver.partition, ResultLineTests.other], metadataLimit: metadataLimit)
        }

        /// Reads records.
        mutating func read(_ offsets: Range<Int64>, of partition: TopicPartition = CoreDriver.partition) {
            for offset in offsets {
                guard case .run(let id, let number, _) = self.partitions.accept(offset, of: partition) else { continue }
                self.numbers["\(partition)/\(offset)"] = (id, number)
            }
        }

        /// Commands end.
        mutating func finish(
            _ offsets: Int64...,
            of partition: TopicPartition = CoreDriver.partition,
            id: String? = nil,
            outcome: CommandOutcome = .created(.created, CoreDriver.customer)
        ) throws {
            for offset in offsets {
                let (assignment, number) = try #require(self.numbers["\(partition)/\(offset)"])
                let record = CoreDriver.record(offset, id: id ?? "\(offset)", of: partition)
                self.line.add(
                    PendingResult(
                        ticket: CommandTicket(slot: Int(offset), generation: 0),
                        assignment: assignment,
                        number: number,
                        size: record.byteCount,
                        result: CommandResult(
                            context: CommandReader().read(record).context,
                            outcome: outcome,
                            attempts: 1,
                            completedAt: UnixMilliseconds(0)
                        )
                    )
                )
            }
        }

        /// The batch that leaves: its records, then its offsets.
        mutating func next(
            isBehind: Bool = false,
            ledgerCount: Int = 0,
            hasLedgerTrouble: Bool = false,
            isLedgerUnderWay: Bool = false,
            at now: Duration = .zero
        ) -> String? {
            let around = ResultLine.Surroundings(
                isBehind: isBehind,
                ledgerCount: ledgerCount,
                hasLedgerTrouble: hasLedgerTrouble,
                isLedgerUnderWay: isLedgerUnderWay
            )
            guard let batch = self.line.next(around, &self.partitions, at: now) else { return nil }
            let offsets = batch.offsets.map { entry in
                let runs = entry.offset.map { OffsetMetadata.decode(entry.metadata, at: $0).runs } ?? []
                return "\(entry.topicPartition.partition)@\(entry.offset ?? -1)"
                    + runs.map { "+\($0.lowerBound)-\($0.upperBound)" }.joined()
            }
            return "\(batch.records) \(offsets.sorted().joined(separator: " "))"
        }

        /// Takes what came of the batch; the offsets of the records whose results are out.
        mutating func published(_ outcome: PublishOutcome = .published, at now: Duration = .zero) -> [Int] {
            let settlement = self.line.published(outcome, &self.partitions, at: now)
            self.partitions.committed(settlement.committed)
            return settlement.settled.map(\.ticket.slot)
        }
    }

    // MARK: 1. One at a time

    @Test func `a result leaves at once when nothing is under way`() throws {
        var bench = Bench()
        #expect(bench.next() == nil)
        bench.read(0..<3)
        try bench.finish(0)
        #expect(bench.next() == "[0] 0@1")
        #expect(bench.line.isUnderWay)
    }

    @Test func `what finishes while a batch is under way leaves with the next, in that order`()
        throws
    {
        var bench = Bench()
        bench.read(0..<4)
        try bench.finish(0)
        #expect(bench.next() == "[0] 0@1")
        try bench.finish(3, 1, 2)
        #expect(bench.next() == nil)
        #expect(bench.published() == [0])
        #expect(bench.next() == "[3, 1, 2] 0@4")
    }

    @Test func `a batch takes no more than it may`() throws {
        var bench = Bench(maximumBatch: 2)
        bench.read(0..<3)
        try bench.finish(0, 1, 2)
        #expect(bench.next() == "[0, 1] 0@2")
        #expect(bench.published() == [0, 1])
        #expect(bench.next() == "[2] 0@3")
    }

    // MARK: 2. Results and offsets

    @Test func `no offset passes a record without a result; what is complete beyond it is listed`() throws {
        var bench = Bench()
        bench.read(0..<5)
        try bench.finish(1, 2, 4)
        #expect(bench.next() == "[1, 2, 4] 0@0+1-2+4-4")
        _ = bench.published()
        try bench.finish(0)
        #expect(bench.next() == "[0] 0@3+4-4")
    }

    @Test func `partitions leave together`() throws {
        var bench = Bench()
        bench.read(0..<1)
        bench.read(7..<8, of: Self.other)
        try bench.finish(7, of: Self.other)
        try bench.finish(0)
        #expect(bench.next() == "[7, 0] 0@1 1@8")
    }

    // MARK: 3. Failures

    @Test func `a batch that failed comes again as it was after the wait, and before what is newer`() throws {
        var bench = Bench()
        bench.read(0..<3)
        try bench.finish(0, 1)
        #expect(bench.next() == "[0, 1] 0@2")
        #expect(bench.published(.failed(CoreDriver.error, unpublished: nil), at: .seconds(5)) == [])
        #expect(bench.line.trouble == CoreDriver.error)
        try bench.finish(2)
        #expect(bench.next(at: .milliseconds(5_999)) == nil)
        #expect(bench.next(at: .seconds(6)) == "[0, 1, 2] 0@3")
        #expect(bench.published() == [0, 1, 2])
        #expect(bench.line.trouble == nil)
    }

    @Test func `of a batch that failed in part only what did not get out comes again`() throws {
        var bench = Bench()
        bench.read(0..<3)
        try bench.finish(0, 1, 2)
        _ = bench.next()
        #expect(bench.published(.failed(CoreDriver.error, unpublished: [1])) == [0, 2])
        #expect(bench.next(at: .seconds(1)) == "[1] 0@3")
    }

    @Test func `offsets that were not committed come again without the results that are out`() throws {
        var bench = Bench()
        bench.read(0..<1)
        try bench.finish(0)
        _ = bench.next()
        #expect(bench.published(.notCommitted(CoreDriver.error)) == [0])
        #expect(bench.next(at: .seconds(1)) == "[] 0@1")
        #expect(bench.published() == [])
        #expect(bench.next(at: .seconds(1)) == nil)
    }

    @Test func `what failed for a partition that is gone meanwhile is another member's`() throws {
        var bench = Bench()
        bench.read(0..<1)
        try bench.finish(0)
        _ = bench.next()
        _ = bench.published(.failed(CoreDriver.error, unpublished: nil))
        _ = bench.partitions.lost([CoreDriver.partition])
        #expect(bench.next(at: .seconds(1)) == nil)
        #expect(!bench.line.isUnderWay)
        #expect(bench.line.trouble == nil)
    }

    @Test func `a result whose partition is gone is dropped, and holds nothing back`() throws {
        var bench = Bench()
        bench.read(0..<1)
        bench.read(0..<1, of: Self.other)
        try bench.finish(0)
        try bench.finish(0, of: Self.other)
        _ = bench.partitions.lost([CoreDriver.partition])
        #expect(bench.next() == "[0] 1@1")
        #expect(bench.line.waitingCount == 0)
    }

    @Test func `a line whose transactional id was taken publishes nothing more`() throws {
        var bench = Bench()
        bench.read(0..<2)
        try bench.finish(0)
        _ = bench.next()
        #expect(bench.published(.fenced(CoreDriver.error)) == [])
        try bench.finish(1)
        #expect(bench.next(at: .seconds(100)) == nil)
        #expect(bench.line.fenced == CoreDriver.error)
    }

    @Test(arguments: [KafkaError.Code.illegalGeneration, .unknownMemberID, .fencedInstanceID, .rebalanceInProgress])
    func `a group that has moved on is told apart from a broker that fails`(code: KafkaError.Code) throws {
        for (code, hasMovedOn) in [(code, true), (.transport, false)] {
            var bench = Bench()
            bench.read(0..<1)
            try bench.finish(0)
            _ = bench.next()
            let error = KafkaError(code: code, message: "", disposition: .abortTransaction)
            let settlement = bench.line.published(.failed(error, unpublished: nil), &bench.partitions, at: .zero)
            #expect(settlement.groupMovedOn == hasMovedOn)
        }
    }

    @Test func `assignments are at rest when nothing of them runs, waits or is on its way`() throws {
        var bench = Bench()
        let lanes = Lanes()
        let ids = bench.partitions.identities
        #expect(bench.line.isAtRest(ids, bench.partitions, lanes))
        bench.read(0..<1)
        try bench.finish(0)
        _ = bench.next()
        #expect(!bench.line.isAtRest(ids, bench.partitions, lanes))
        _ = bench.published()
        #expect(bench.line.isAtRest(ids, bench.partitions, lanes))
    }

    private static let failure = CommandOutcome.failed(CommandFailure(code: .rejected, message: "refused"))

    private static func error(of topic: String?) -> KafkaError {
        KafkaError(code: .init(rawValue: 29), message: "no", disposition: .retry, topic: topic)
    }

    @Test(arguments: ["dead", nil])
    func `a dead-letter topic that takes nothing holds back failed commands and what follows them of their ids`(
        topic: String?
    ) throws {
        var bench = Bench()
        bench.read(0..<6)
        try bench.finish(0)
        try bench.finish(1, id: "a", outcome: Self.failure)
        try bench.finish(2, id: "a")
        #expect(bench.next() == "[0, 1, 2] 0@3")
        #expect(bench.published(.failed(Self.error(of: topic), unpublished: nil)) == [])
        #expect(bench.line.trouble == nil)
        #expect(bench.next() == "[0] 0@1")
        #expect(bench.published() == [0])
        #expect(bench.line.letters.waitingCount == 2)
        #expect(bench.line.lettersWaiting == 2)
        try bench.finish(4)
        #expect(bench.next() == "[4] 0@1+4-4")
        #expect(bench.published() == [4])
        #expect(bench.next() == nil)
        let around = ResultLine.Surroundings(
            isBehind: false,
            ledgerCount: 0,
            hasLedgerTrouble: false,
            isLedgerUnderWay: false
        )
        #expect(bench.line.due(around) == .seconds(1))
        #expect(bench.next(at: .seconds(1)) == "[1, 2] 0@3+4-4")
        // An attempt may take long, and is no end of the trouble.
        #expect(bench.line.lettersWaiting == 1)
        #expect(bench.published(at: .seconds(1)) == [1, 2])
        #expect(bench.line.letters.error == nil)
        #expect(bench.line.lettersWaiting == 0)
    }

    @Test func `failed commands wait for their topic also while it is tried again`() throws {
        var bench = Bench()
        bench.read(0..<2)
        try bench.finish(0, outcome: Self.failure)
        _ = bench.next()
        #expect(bench.published(.failed(Self.error(of: "dead"), unpublished: nil)) == [])
        #expect(bench.line.letters.waitingCount == 1)
        #expect(bench.next(at: .seconds(1)) == "[0] 0@1")
        #expect(bench.line.letters.waitingCount == 1 && bench.line.letters.error != nil)
        _ = bench.published(.failed(Self.error(of: "dead"), unpublished: nil), at: .seconds(2))
        #expect(bench.line.letters.waitingCount == 1)
        #expect(bench.next(at: .seconds(4)) == "[0] 0@1")
        #expect(bench.published(at: .seconds(4)) == [0])
        #expect(bench.line.letters.waitingCount == 0 && bench.line.letters.error == nil)
    }

    @Test func `dead letters that are out wait no more, whatever becomes of the offsets`() throws {
        var bench = Bench()
        bench.read(0..<1)
        try bench.finish(0, outcome: Self.failure)
        _ = bench.next()
        _ = bench.published(.failed(Self.error(of: "dead"), unpublished: nil))
        #expect(bench.next(at: .seconds(1)) == "[0] 0@1")
        _ = bench.published(.notCommitted(Self.error(of: nil)), at: .seconds(1))
        #expect(bench.line.letters.waitingCount == 0 && bench.line.letters.error == nil)
    }

    @Test func `a topic that is not that of dead letters is everybody's`() throws {
        var bench = Bench()
        bench.read(0..<2)
        try bench.finish(0)
        try bench.finish(1, outcome: Self.failure)
        _ = bench.next()
        #expect(bench.published(.failed(Self.error(of: "results"), unpublished: nil)) == [])
        #expect(bench.line.trouble?.topic == "results")
        #expect(bench.line.letters.error == nil)
        #expect(bench.next(at: .milliseconds(999)) == nil)
        #expect(bench.next(at: .seconds(1)) == "[0, 1] 0@2")
    }

    @Test func `a batch takes no more bytes than a slow broker takes in time`() throws {
        var bench = Bench()
        bench.read(0..<5)
        let customer = CustomerDocument(json: [UInt8](repeating: UInt8(ascii: " "), count: ResultLine.maximumBytes / 2))
        for offset in 0..<5 as Range<Int64> { try bench.finish(offset, outcome: .created(.created, customer)) }
        #expect(bench.next() == "[0, 1] 0@2")
        _ = bench.published()
        #expect(bench.next() == "[2, 3] 0@4")
    }

    // MARK: 4. Bounds on what can be written down

    @Test func `a result that cannot be written down holds back later ones of its partition alone`() throws {
        var bench = Bench(metadataLimit: LineSamples.roomForOneRun)
        bench.read(0..<6)
        bench.read(0..<1, of: Self.other)
        // 1 is a run; 3 would be a second one; 2 touches both, but comes later than 3.
        try bench.finish(1, 3, 2)
        try bench.finish(0, of: Self.other)
        #expect(bench.next() == "[1, 0] 0@0+1-1 1@1")
        #expect(bench.line.waitingCount == 2)
        _ = bench.published()
        // The first unfinished record passes those that are held back.
        try bench.finish(0)
        #expect(bench.next() == "[0] 0@2")
        _ = bench.published()
        #expect(bench.next() == "[3, 2] 0@4")
    }

    // MARK: 5. Linger

    @Test func `while commands wait for requests a small batch waits for more, up to the limit`() throws {
        var bench = Bench()
        bench.read(0..<1)
        try bench.finish(0)
        #expect(bench.next(isBehind: true, at: .seconds(1)) == nil)
        let around = ResultLine.Surroundings(
            isBehind: true,
            ledgerCount: 0,
            hasLedgerTrouble: false,
            isLedgerUnderWay: false
        )
        let due = try #require(bench.line.due(around))
        #expect(due == .seconds(1) + LingerSettings().limit)
        #expect(bench.next(isBehind: true, at: due) == "[0] 0@1")
    }

    @Test func `a full batch does not wait`() throws {
        var bench = Bench()
        bench.read(0..<5)
        try bench.finish(0, 1, 2, 3, 4)
        #expect(bench.next(isBehind: true) == "[0, 1, 2, 3, 4] 0@5")
    }

    @Test func `results that have waited in the ledger do not wait again`() throws {
        var bench = Bench()
        bench.read(0..<2)
        try bench.finish(0)
        bench.line.ledgerAnswered(isDone: true)
        #expect(bench.next(isBehind: true) == "[0] 0@1")
        _ = bench.published()
        try bench.finish(1)
        #expect(bench.next(isBehind: true) == nil)
    }

    @Test func `after a batch the little that the ledger has to do goes first`() throws {
        var bench = Bench()
        bench.read(0..<3)
        try bench.finish(0)
        _ = bench.next()
        _ = bench.published()
        try bench.finish(1)
        #expect(bench.next(ledgerCount: 2) == nil)
        // A ledger that fails holds nothing up, nor much work.
        var troubled = bench
        #expect(troubled.next(ledgerCount: 2, hasLedgerTrouble: true) == "[1] 0@2")
        var busy = bench
        #expect(busy.next(ledgerCount: 3) == "[1] 0@2")
        bench.line.ledgerAnswered(isDone: true)
        #expect(bench.next(ledgerCount: 2) == "[1] 0@2")
    }
}
