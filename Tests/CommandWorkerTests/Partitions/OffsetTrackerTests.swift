import Kafka
import Testing
import Topics

@testable import CommandWorker

@Suite struct OffsetTrackerTests {
    @Test func `nothing is committable before anything is known`() {
        #expect(OffsetTracker(committed: nil).progress == nil)
    }

    @Test func `the position is the last complete offset + 1, whatever gap follows`() throws {
        var tracker = OffsetTracker(committed: nil)
        let first = try #require(tracker.accept(10).number)
        let second = try #require(tracker.accept(15).number)
        #expect(tracker.progress == OffsetProgress(offset: 10, completed: .init()))
        tracker.finish(first)
        #expect(tracker.progress == OffsetProgress(offset: 11, completed: .init()))
        tracker.finish(second)
        #expect(tracker.progress == OffsetProgress(offset: 16, completed: .init()))
    }

    @Test func `what is complete beyond an unfinished record is listed as one run over the gaps`() throws {
        var tracker = OffsetTracker(committed: .init(offset: 5, completed: .init()))
        let numbers = [5, 7, 9, 20].compactMap { tracker.accept($0).number }
        try #require(numbers.count == 4)
        tracker.finish(numbers[2])
        tracker.finish(numbers[1])
        #expect(tracker.progress == OffsetProgress(offset: 5, completed: .init(runs: [7...9])))
        tracker.finish(numbers[0])
        #expect(tracker.progress == OffsetProgress(offset: 10, completed: .init()))
    }

    @Test func `what an earlier instance completed is skipped, and stays complete while it is unread`() throws {
        var tracker = OffsetTracker(committed: .init(offset: 3, completed: .init(runs: [5...6, 8...9])))
        let slow = try #require(tracker.accept(3).number)
        let fifth = tracker.accept(5)
        #expect(tracker.progress == OffsetProgress(offset: 3, completed: .init(runs: [5...6, 8...9])))
        let sixth = tracker.accept(6)
        #expect([fifth, sixth] == [.skip, .skip])
        let seventh = try #require(tracker.accept(7).number)
        tracker.finish(seventh)
        #expect(tracker.progress == OffsetProgress(offset: 3, completed: .init(runs: [5...9])))
        tracker.finish(slow)
        #expect(tracker.progress == OffsetProgress(offset: 8, completed: .init(runs: [8...9])))
        let rest = [tracker.accept(8), tracker.accept(9)]
        #expect(rest == [.skip, .skip])
        #expect(tracker.progress == OffsetProgress(offset: 10, completed: .init()))
    }

    @Test func `a record at or below the last one is of another log, and changes nothing`() {
        var tracker = OffsetTracker(committed: nil)
        let acceptances = [4, 4, 3, 5].map { tracker.accept($0) }
        #expect(acceptances == [.run(0), .ofAnotherLog, .ofAnotherLog, .run(1)])
        #expect(tracker.progress == OffsetProgress(offset: 4, completed: .init()))
    }

    @Test func `a first record below the committed offset is of another log`() {
        var tracker = OffsetTracker(committed: .init(offset: 100, completed: .init(runs: [102...110])))
        let acceptances = [99, 0, 100].map { tracker.accept($0) }
        #expect(acceptances == [.ofAnotherLog, .ofAnotherLog, .run(0)])
    }

    @Test func `the fingerprint is that of the first record while nothing is complete before it`() throws {
        let prints = (0...2 as ClosedRange<Int64>).compactMap(RecordFingerprint.init(value:))
        var tracker = OffsetTracker(committed: nil)
        let numbers = (0...2).compactMap { tracker.accept(Int64($0), prints[$0]).number }
        try #require(numbers.count == 3)
        tracker.promise(numbers[1])
        tracker.complete(numbers[1])
        #expect(tracker.progress == OffsetProgress(offset: 0, completed: .init(runs: [1...1]), fingerprint: prints[0]))
        tracker.promise(numbers[0])
        tracker.complete(numbers[0])
        #expect(tracker.progress == OffsetProgress(offset: 2, completed: .init(), fingerprint: prints[1]))
        // Without a record that was read nothing is known of the one before a committed offset.
        var later = OffsetTracker(committed: .init(offset: 7, completed: .init()))
        _ = later.accept(7, prints[0])
        #expect(later.progress?.fingerprint == nil)
    }

    @Test func `the fingerprint is that of the record before the position, whatever order they end in`() throws {
        let prints = (0...4 as ClosedRange<Int64>).compactMap(RecordFingerprint.init(value:))
        var tracker = OffsetTracker(committed: .init(offset: 3, completed: .init(), fingerprint: prints[0]))
        let numbers = [3, 5, 6].enumerated().compactMap { tracker.accept(Int64($1), prints[$0 + 1]).number }
        try #require(numbers.count == 3)
        #expect(tracker.progress?.fingerprint == prints[0])
        tracker.finish(numbers[2])
        #expect(tracker.progress?.fingerprint == prints[0])
        tracker.finish(numbers[0])
        #expect(tracker.progress == OffsetProgress(offset: 4, completed: .init(runs: [6...6]), fingerprint: prints[1]))
        tracker.finish(numbers[1])
        #expect(tracker.progress == OffsetProgress(offset: 7, completed: .init(), fingerprint: prints[3]))
    }

    @Test func `beyond the bound only what takes no more room may be completed, and the first always may`() throws {
        var tracker = OffsetTracker(committed: nil, bitLimit: 7)
        let numbers = (0..<8).compactMap { tracker.accept($0).number }
        try #require(numbers.count == 8)
        tracker.finish(numbers[2])
        tracker.finish(numbers[4])
        #expect(!tracker.canComplete(numbers[6]))
        #expect(tracker.canComplete(numbers[3]))
        #expect(tracker.canComplete(numbers[5]))
        #expect(tracker.canComplete(numbers[0]))
        #expect(!tracker.canComplete(numbers[3], onlyAsFirst: true))
        #expect(tracker.canComplete(numbers[0], onlyAsFirst: true))
    }

    @Test func `a record that stays unfinished does not make the tracker grow with what passes it`() throws {
        var tracker = OffsetTracker(committed: nil)
        _ = try #require(tracker.accept(0).number)
        for offset in 1...100_000 as ClosedRange<Int64> {
            if let number = tracker.accept(offset).number { tracker.finish(number) }
        }
        #expect(tracker.progress == OffsetProgress(offset: 0, completed: .init(runs: [1...100_000])))
        #expect(tracker.placeCount <= 4)
    }

    @Test(arguments: [(100, 2_500), (10, 4_200), (1_000, 1_800)])
    func `so many unfinished records, one in so many, find room beside an offset`(oneIn: Int64, count: Int) throws {
        var random = SplitMix64(seed: UInt64(oneIn))
        var tracker = OffsetTracker(committed: .init(offset: 1 << 40, completed: .init()))
        var offset: Int64 = 1 << 40
        while tracker.unfinishedCount < count {
            offset += 1
            guard let number = tracker.accept(offset).number else { continue }
            if Int64.random(in: 1...oneIn, using: &random) == 1 { continue }
            try #require(tracker.canComplete(number), "with \(tracker.unfinishedCount) unfinished")
            tracker.finish(number)
        }
        let progress = try #require(tracker.progress)
        let metadata = OffsetMetadata.encode(progress)
        #expect(metadata.count <= OffsetMetadata.limit)
        #expect(OffsetMetadata.progress(metadata, at: progress.offset) == progress)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `what was promised and withdrawn has not happened`(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let prints = (0..<60 as Range<Int64>).compactMap(RecordFingerprint.init(value:))
        let committed = OffsetProgress(offset: 0, completed: .init(runs: [40...44]), fingerprint: prints[0])
        var tracker = OffsetTracker(committed: committed)
        var open = (0..<30 as Range<Int64>).compactMap { tracker.accept($0 * 2, prints[Int($0)]).number }
        var model = tracker.progress
        while !open.isEmpty {
            let batch = Array(open.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random)))
            let count = tracker.unfinishedCount
            for number in batch { tracker.promise(number) }
            // More comes while the batch is under way, of what was complete before, too.
            if let last = tracker.lastRead, last < 100 {
                if let number = tracker.accept(last + Int64.random(in: 1...3, using: &random)).number {
                    open.append(number)
                }
            }
            let promised = tracker.progress
            if Bool.random(using: &random) {
                for number in batch.shuffled(using: &random) { tracker.complete(number) }
                #expect(tracker.progress == promised, "seed \(seed)")
                open.removeAll { batch.contains($0) }
                tracker.recount()
                #expect(tracker.progress == promised, "seed \(seed)")
                model = promised
            } else {
                for number in batch { tracker.withdraw(number) }
                tracker.recount()
                #expect(tracker.progress?.offset == model?.offset, "seed \(seed)")
                #expect(tracker.progress?.fingerprint == model?.fingerprint, "seed \(seed)")
                #expect(tracker.unfinishedCount >= count, "seed \(seed)")
                model = tracker.progress
            }
        }
        #expect(tracker.unfinishedCount == 0)
    }

    @Test func `a set that became too large is made no larger, and shrinks as the first ones end`() throws {
        var tracker = OffsetTracker(committed: nil)
        let numbers = (0..<2_000).compactMap { tracker.accept($0).number }
        for number in stride(from: 1, to: 2_000, by: 2) { tracker.finish(numbers[number]) }
        tracker.bitLimit = OffsetMetadata.bits(within: 200)
        #expect(!tracker.canComplete(numbers[1_000]))
        for number in stride(from: 0, to: 1_400, by: 2) {
            #expect(tracker.canComplete(numbers[number], onlyAsFirst: true))
            tracker.finish(numbers[number])
        }
        #expect(tracker.canComplete(numbers[1_998]))
    }

    /// Records with gaps end in any order, and now and then the worker starts again from what it committed, when the
    /// log may have lost records since.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `whatever the order, it agrees with a set of numbers`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var offset = Int64.random(in: 0...1_000_000, using: &random)
        var log = (0..<Int.random(in: 1...120, using: &random)).map { _ in
            offset += Int.random(in: 0...2, using: &random) == 0 ? Int64.random(in: 1...9, using: &random) : 1
            return offset
        }
        let bitLimit = Int.random(in: 0...60, using: &random)
        var model = Set<Int64>()
        var committed: PartitionState?
        var world = PartitionState(log: log, committed: nil, bitLimit: bitLimit)
        var steps = 0
        while model.count < log.count {
            steps += 1
            guard steps < 100_000 else {
                Issue.record("seed \(seed): it comes to no end")
                return
            }
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                if Bool.random(using: &random) {
                    log = log.filter { _ in Int.random(in: 0..<20, using: &random) > 0 }
                }
                world = PartitionState(log: log, committed: committed, bitLimit: bitLimit)
                model = (committed?.model ?? []).intersection(log)
            case 1:
                committed = world
            case 2..<11:
                if let isNew = world.read(), isNew == model.contains(world.lastRead) {
                    Issue.record("seed \(seed): \(world.lastRead) was \(isNew ? "run again" : "skipped")")
                    return
                }
            default:
                guard let open = world.open.keys.sorted().randomElement(using: &random), world.finish(open) else {
                    break
                }
                model.insert(open)
            }
            world.model = model
            if let violation = world.violation {
                Issue.record("seed \(seed): \(violation)")
                return
            }
        }
    }
}

/// A tracker beside the simplest thing that could do its work.
private struct PartitionState {
    let log: [Int64]
    var tracker: OffsetTracker
    var model: Set<Int64> = []
    var open: [Int64: Int] = [:]
    var lastRead: Int64 = -1
    private var refusedFirst = false
    private var index: Int
    private let bitLimit: Int
    private let start: OffsetProgress?

    /// Starts where another one stood, through the bytes that are committed.
    init(log: [Int64], committed: PartitionState?, bitLimit: Int) {
        self.log = log
        self.bitLimit = bitLimit
        self.start = committed?.tracker.progress.map { progress in
            OffsetProgress(
                offset: progress.offset,
                completed: OffsetMetadata.decode(OffsetMetadata.encode(progress), at: progress.offset)
            )
        }
        self.tracker = OffsetTracker(committed: self.start, bitLimit: bitLimit)
        let first = self.start?.offset ?? 0
        self.index = log.firstIndex { $0 >= first } ?? log.count
    }

    /// Reads the next record; whether it is to be run, or `nil` at the end.
    mutating func read() -> Bool? {
        guard self.index < self.log.count else { return nil }
        self.lastRead = self.log[self.index]
        self.index += 1
        guard case .run(let number) = self.tracker.accept(self.lastRead) else { return false }
        self.open[self.lastRead] = number
        return true
    }

    mutating func finish(_ offset: Int64) -> Bool {
        guard let number = self.open[offset] else { return false }
        let isFirst = offset == self.open.keys.min()
        self.refusedFirst = isFirst && !self.tracker.canComplete(number, onlyAsFirst: true)
        guard self.tracker.canComplete(number) else { return false }
        self.tracker.finish(number)
        self.open[offset] = nil
        return true
    }

    /// What is wrong with the tracker's word; `nil` when nothing is.
    var violation: String? {
        if self.refusedFirst { return "the first unfinished record may not be completed" }
        guard let progress = self.tracker.progress else { return self.model.isEmpty ? nil : "no progress" }
        let runs = progress.completed.runs
        let declared = self.log.filter { offset in offset < progress.offset || runs.contains { $0.contains(offset) } }
        if Set(declared) != self.model {
            return "\(progress) declares \(declared), complete are \(self.model.sorted())"
        }
        // Runs out of order could not be written down.
        let areApart = zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
        if !areApart || runs.first.map({ $0.lowerBound < progress.offset }) == true { return "runs \(runs)" }
        let text = DenseRuns.encode(progress, within: self.bitLimit)
        if DenseRuns.decode(text[...], at: progress.offset) != progress { return "no room for \(runs)" }
        if self.tracker.placeCount > 2 * self.log.count + 1 { return "\(self.tracker.placeCount) places" }
        return nil
    }
}

extension OffsetTracker {
    /// A batch with the record's result gets out.
    fileprivate mutating func finish(_ number: Int) {
        self.promise(number)
        self.complete(number)
    }
}

extension OffsetTracker.Acceptance {
    /// The number of a record that is to be run.
    fileprivate var number: Int? {
        if case .run(let number) = self { number } else { nil }
    }
}
