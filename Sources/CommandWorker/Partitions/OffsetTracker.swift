import Kafka
import Topics

/// What may be committed of one partition: the one place that decides it.
///
/// One list holds unfinished records and runs of complete ones in log order, linked through an array, so that
/// completing a record costs the same at any place, and a record that stays unfinished for long does not make the
/// list grow with everything that passes it.
///
/// A record becomes complete in two steps. Its batch promises it: then it counts as complete in ``progress``, which the
/// batch commits. When the batch is out, it is complete; when it is not, the promise is withdrawn, and nothing has
/// happened.
///
/// Invariants:
/// 1. ``progress`` names the offset behind the last record of the complete prefix: last complete + 1, never counted by
///    arithmetic on offsets, since logs have gaps (transaction markers, compaction).
/// 2. What is complete beyond that offset is listed as runs; a record in no run and not below the offset is unfinished.
/// 3. Without promises the list starts with an unfinished record, and no two runs in it touch: it has at most twice as
///    many places as there are unfinished records.
/// 4. What would have to be written down is bounded: ``canComplete(_:onlyAsFirst:)`` says no before a completion would
///    pass ``bitLimit``. Four numbers tell it (``DenseRuns/bits(runs:covered:span:)``), so nothing is encoded for it.
///    The completion of the first unfinished record never makes it more, so that always may.
/// 5. A record at or below the last one seen, or below the committed offset, is none of this log: the tracker does not
///    take it.
struct OffsetTracker: Sendable {
    /// How a record that was read is to be treated.
    enum Acceptance: Equatable, Sendable {
        /// It is to be run; the number names it until it is complete, and then another record.
        case run(Int)
        /// It was complete before: the metadata of the committed offset listed it.
        case skip
        /// It is below what was read or committed, where one log has nothing more to bring: it is of another log.
        case ofAnotherLog
    }

    /// How far a record, or a run of them, has come.
    private enum Stage: Sendable {
        case unfinished
        case promised
        case complete
    }

    /// A record, or a run of complete ones.
    private struct Place: Sendable {
        let first: Int64
        var last: Int64
        /// Of the last record.
        var fingerprint: RecordFingerprint?
        var stage = Stage.unfinished
        var previous: Int?
        var next: Int?
    }

    /// The end of the complete prefix, as far as it is known.
    private struct Prefix: Sendable {
        /// The offset behind it.
        var next: Int64?
        /// Of its last record.
        var fingerprint: RecordFingerprint?
    }

    /// The bits that the completed set may take in the metadata of the committed offset.
    var bitLimit: Int {
        didSet { self.safeRuns = self.bitLimit / Self.mostBitsOfRun }
    }
    /// So few runs fit whatever they are.
    private var safeRuns: Int

    /// Two numbers of at most 63 bits, each with a bit that ends its quotient and a quotient of at most 1 on average.
    private static let mostBitsOfRun = 2 * (63 + 2)

    private var places: [Place] = []
    private var free: [Int] = []
    private var head: Int?
    private var tail: Int?
    private var settled = Prefix()

    // With what is promised:

    private var prefix = Prefix()
    /// The first unfinished record.
    private var first: Int?
    /// Runs behind it, the offsets in them, and the last one so far.
    private var runCount = 0
    private var covered: Int64 = 0
    private var lastCovered: Int64 = .min
    /// Records that are unfinished.
    private(set) var unfinishedCount = 0

    /// What an earlier instance completed; the runs before the index lie behind what was read.
    private let earlier: CompletedOffsets
    private var earlierIndex = 0
    /// Offsets in what is left of those runs.
    private var earlierCovered: Int64
    private var lastSeen: Int64?

    /// Starts an assignment at what the group has committed.
    init(committed: OffsetProgress?, bitLimit: Int = OffsetMetadata.bits(within: OffsetMetadata.limit)) {
        self.settled = Prefix(next: committed?.offset, fingerprint: committed?.fingerprint)
        self.prefix = self.settled
        self.earlier = committed?.completed ?? CompletedOffsets()
        self.earlierCovered = self.earlier.count
        self.bitLimit = bitLimit
        self.safeRuns = bitLimit / Self.mostBitsOfRun
    }

    /// The offset that the next record has if there is no gap; `nil` when nothing is known.
    var expected: Int64? { self.lastSeen.map { $0 &+ 1 } ?? self.settled.next }

    /// How many of these offsets a former instance has completed.
    func completedEarlier(in offsets: Range<Int64>) -> Int64 {
        self.earlier.runs.reduce(0) { sum, run in
            let overlap = Range(run).clamped(to: offsets)
            return sum + Int64(overlap.count)
        }
    }

    /// The last record that was read; `nil` before the first.
    var lastRead: Int64? { self.lastSeen }

    /// Takes note of a record that was read.
    mutating func accept(_ offset: Int64, _ fingerprint: RecordFingerprint? = nil) -> Acceptance {
        if let lastSeen = self.lastSeen {
            if offset <= lastSeen { return .ofAnotherLog }
        } else if let next = self.settled.next, offset < next {
            return .ofAnotherLog
        }
        let start = self.takeEarlier(to: offset)
        self.lastSeen = offset
        let number = self.append(start ?? offset, offset, fingerprint)
        guard start != nil else { return .run(number) }
        self.promise(number)
        self.complete(number)
        return .skip
    }

    /// Whether a record may be completed now; the first unfinished one always may.
    ///
    /// - Parameter onlyAsFirst: whether no other record may.
    func canComplete(_ number: Int, onlyAsFirst: Bool = false) -> Bool {
        if number == self.first { return true }
        if onlyAsFirst { return false }
        let earlierCount = self.earlier.runs.count - self.earlierIndex
        if self.runCount + earlierCount < self.safeRuns { return true }
        guard let offset = self.firstUnfinished else { return true }
        let joined = self.joined(number)
        let last = earlierCount > 0 ? self.earlier.runs.last?.upperBound : nil
        let bits = DenseRuns.bits(
            runs: self.runCount + earlierCount + joined.runs,
            covered: self.covered &+ self.earlierCovered &+ joined.covered,
            span: (last ?? max(self.lastCovered, self.places[number].last)) &+ 1 &- offset
        )
        return bits <= self.bitLimit
    }

    /// Counts a record as complete: its command has ended, and its result is in the batch at hand.
    mutating func promise(_ number: Int) {
        precondition(self.places[number].stage == .unfinished, "promised a record twice, or one that is not tracked")
        self.places[number].stage = .promised
        self.unfinishedCount -= 1
        if number == self.first { return self.advance(from: number) }
        let joined = self.joined(number)
        self.runCount += joined.runs
        self.covered &+= joined.covered
        self.lastCovered = max(self.lastCovered, self.places[number].last)
    }

    /// Takes a promise back, since the batch did not get out.
    ///
    /// ``recount()`` has to follow when all are taken back.
    mutating func withdraw(_ number: Int) {
        precondition(self.places[number].stage == .promised, "withdrew what was not promised")
        self.places[number].stage = .unfinished
        self.unfinishedCount += 1
    }

    /// Recomputes the counts from the list.
    mutating func recount() {
        self.prefix = self.settled
        (self.runCount, self.covered, self.lastCovered) = (0, 0, .min)
        self.first = self.head
        while let run = self.done(self.first) { self.joinPrefix(run) }
        var current = self.first
        while let number = current {
            current = self.places[number].next
            guard self.places[number].stage != .unfinished else { continue }
            let last = self.endOfRun(number)
            self.runCount += 1
            self.lastCovered = self.places[last].last
            self.covered &+= self.lastCovered &- self.places[number].first &+ 1
            current = self.places[last].next
        }
    }

    /// Makes a promised record complete: its result is out.
    mutating func complete(_ number: Int) {
        precondition(self.places[number].stage == .promised, "completed what was not promised")
        self.places[number].stage = .complete
        var run = number
        if let left = self.completeRun(self.places[number].previous) {
            self.places[left].last = self.places[number].last
            self.places[left].fingerprint = self.places[number].fingerprint
            self.remove(number)
            run = left
        }
        if let right = self.completeRun(self.places[run].next) {
            self.places[run].last = self.places[right].last
            self.places[run].fingerprint = self.places[right].fingerprint
            self.remove(right)
        }
        if run == self.head {
            self.settled = Prefix(next: self.places[run].last &+ 1, fingerprint: self.places[run].fingerprint)
            self.remove(run)
        }
    }

    /// What may be committed with what is promised; `nil` before the first record and when nothing was committed.
    var progress: OffsetProgress? {
        guard let offset = self.firstUnfinished else { return nil }
        // Where nothing was read before the first unfinished record, that one must tell the log itself.
        let fingerprint =
            self.prefix.next == nil ? self.first.flatMap { self.places[$0].fingerprint } : self.prefix.fingerprint
        return OffsetProgress(offset: offset, completed: self.completedBeyond, fingerprint: fingerprint)
    }

    /// The offset of the first unfinished record, as far as it is known.
    private var firstUnfinished: Int64? { self.prefix.next ?? self.first.map { self.places[$0].first } }

    /// How many runs more, and offsets in them, a completion would make: a run reaches over the gaps to its neighbours.
    private func joined(_ number: Int) -> (runs: Int, covered: Int64) {
        var (runs, first, last) = (1, self.places[number].first, self.places[number].last)
        if let left = self.done(self.places[number].previous) {
            runs -= 1
            first = self.places[left].last &+ 1
        }
        if let right = self.done(self.places[number].next) {
            runs -= 1
            last = self.places[right].first &- 1
        }
        return (runs, last &- first &+ 1)
    }

    /// The first unfinished record is done: it and the run behind it join the prefix.
    private mutating func advance(from number: Int) {
        self.joinPrefix(number)
        guard let run = self.done(self.first) else { return }
        let last = self.endOfRun(run)
        self.runCount -= 1
        self.covered &-= self.places[last].last &- self.places[run].first &+ 1
        self.joinPrefix(last)
    }

    private mutating func joinPrefix(_ number: Int) {
        self.prefix = Prefix(next: self.places[number].last &+ 1, fingerprint: self.places[number].fingerprint)
        self.first = self.places[number].next
    }

    /// The last place of the done ones that follow one of them.
    private func endOfRun(_ number: Int) -> Int {
        var last = number
        while let next = self.done(self.places[last].next) { last = next }
        return last
    }

    /// The offset behind the complete prefix and the fingerprint of its last record, without what is complete beyond.
    var position: OffsetProgress? {
        self.settled.next.map {
            OffsetProgress(offset: $0, completed: CompletedOffsets(), fingerprint: self.settled.fingerprint)
        }
    }

    /// How many places the list takes, free ones among them.
    var placeCount: Int { self.places.count }

    // MARK: The list

    private mutating func append(_ first: Int64, _ last: Int64, _ fingerprint: RecordFingerprint?) -> Int {
        self.unfinishedCount += 1
        let place = Place(first: first, last: last, fingerprint: fingerprint, previous: self.tail)
        let number: Int
        if let free = self.free.popLast() {
            number = free
            self.places[number] = place
        } else {
            number = self.places.count
            self.places.append(place)
        }
        if let tail = self.tail { self.places[tail].next = number } else { self.head = number }
        self.tail = number
        if self.first == nil { self.first = number }
        return number
    }

    /// Takes a run out of the list: it became part of another one, or of the prefix.
    private mutating func remove(_ number: Int) {
        let place = self.places[number]
        if let previous = place.previous { self.places[previous].next = place.next } else { self.head = place.next }
        if let next = place.next { self.places[next].previous = place.previous } else { self.tail = place.previous }
        self.free.append(number)
    }

    /// The place, if it is complete.
    private func completeRun(_ number: Int?) -> Int? {
        guard let number, self.places[number].stage == .complete else { return nil }
        return number
    }

    /// The place, if it is complete or promised.
    private func done(_ number: Int?) -> Int? {
        guard let number, self.places[number].stage != .unfinished else { return nil }
        return number
    }

    // MARK: What an earlier instance completed

    /// Takes over what lies below a record, so that the set stays what it is whatever the log has lost of it since, and
    /// returns the start of the run that contains the record; `nil` when none does.
    private mutating func takeEarlier(to offset: Int64) -> Int64? {
        while self.earlierIndex < self.earlier.runs.count {
            let run = self.earlier.runs[self.earlierIndex]
            let start = max(run.lowerBound, self.lastSeen.map { $0 + 1 } ?? run.lowerBound)
            guard run.upperBound < offset else {
                guard start <= offset else { return nil }
                self.earlierCovered &-= offset &- start &+ 1
                if run.upperBound == offset { self.earlierIndex += 1 }
                return start
            }
            self.earlierIndex += 1
            guard start <= run.upperBound else { continue }
            self.earlierCovered &-= run.upperBound &- start &+ 1
            let number = self.append(start, run.upperBound, nil)
            self.promise(number)
            self.complete(number)
        }
        return nil
    }

    private var completedBeyond: CompletedOffsets {
        var runs: [ClosedRange<Int64>] = []
        runs.reserveCapacity(self.runCount)
        var number = self.runCount > 0 ? self.first : nil
        while let current = number {
            number = self.places[current].next
            guard self.places[current].stage != .unfinished else { continue }
            let last = self.endOfRun(current)
            runs.append(self.places[current].first...self.places[last].last)
            number = self.places[last].next
        }
        // What an earlier instance completed beyond everything that was read so far stays complete.
        for run in self.earlier.runs[self.earlierIndex...] {
            let start = max(run.lowerBound, self.lastSeen.map { $0 + 1 } ?? run.lowerBound)
            guard start <= run.upperBound else { continue }
            if let last = runs.last, last.upperBound + 1 == start {
                runs[runs.count - 1] = last.lowerBound...run.upperBound
            } else {
                runs.append(start...run.upperBound)
            }
        }
        return CompletedOffsets(runs: runs)
    }
}
