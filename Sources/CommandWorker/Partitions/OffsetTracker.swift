import Kafka
import Topics

/// What may be committed of one partition: the one place that decides it.
///
/// Unfinished records and runs of complete ones stand in one list in log order, linked through an array, so that
/// completing a record costs the same wherever it stands, and a record that stays unfinished for long does not make the
/// list grow with everything that passes it.
///
/// Invariants:
/// 1. ``progress`` names the offset behind the last record of the complete prefix: last complete + 1, never counted by
///    arithmetic on offsets, since logs have gaps (transaction markers, compaction).
/// 2. What is complete beyond that offset is listed as runs; a record in no run and not below the offset is unfinished.
/// 3. The list starts with an unfinished record, and no two runs in it touch: it has at most twice as many places as
///    there are unfinished records.
/// 4. The number of runs is bounded: ``canComplete(_:onlyAsFirst:)`` says no before a completion would pass the bound.
/// 5. A record at or below the last one seen, or below the committed offset, is none of this log: the tracker does not
///    take it.
struct OffsetTracker: Sendable {
    /// How a record that was read is to be treated.
    enum Acceptance: Equatable, Sendable {
        /// It is to be run; the number names it until it is complete, and then another record.
        case run(Int)
        /// It was complete before: the metadata of the committed offset listed it.
        case skip
        /// It stands below what was read or committed, where one log has nothing more to bring: it is of another log.
        case ofAnotherLog
    }

    /// An unfinished record, or a run of complete ones.
    private struct Place: Sendable {
        let first: Int64
        var last: Int64
        /// Of the last record.
        var fingerprint: RecordFingerprint?
        var isComplete = false
        var previous: Int?
        var next: Int?
    }

    /// 330 runs of 12 bytes each (numbers below 60 million in base 36, two separators) fit the 4,096 bytes of
    /// ``OffsetMetadata/limit``, with the 23 bytes that stand before them.
    static let safeRunLimit = 330

    /// At most so many runs of completed offsets beyond the first unfinished one.
    let runLimit: Int

    private var places: [Place] = []
    private var free: [Int] = []
    private var head: Int?
    private var tail: Int?
    private var runCount = 0
    /// The offset behind the complete prefix, as far as it is known.
    private var next: Int64?
    /// Of the last record of the complete prefix, as far as it is known.
    private var fingerprint: RecordFingerprint?
    /// What an earlier instance completed; the runs before the index lie behind what was read.
    private let earlier: CompletedOffsets
    private var earlierIndex = 0
    private var lastSeen: Int64?

    /// Starts an assignment at what the group has committed.
    init(committed: OffsetProgress?, runLimit: Int = Self.safeRunLimit) {
        self.next = committed?.offset
        self.fingerprint = committed?.fingerprint
        self.earlier = committed?.completed ?? CompletedOffsets()
        self.runLimit = runLimit
    }

    /// The last record that was read; `nil` before the first.
    var lastRead: Int64? { self.lastSeen }

    /// Takes note of a record that was read.
    mutating func accept(_ offset: Int64, _ fingerprint: RecordFingerprint? = nil) -> Acceptance {
        if let lastSeen = self.lastSeen {
            if offset <= lastSeen { return .ofAnotherLog }
        } else if let next = self.next, offset < next {
            return .ofAnotherLog
        }
        self.lastSeen = offset
        let wasComplete = self.advanceEarlier(to: offset)
        let number = self.append(offset, fingerprint)
        guard wasComplete else { return .run(number) }
        self.complete(number)
        return .skip
    }

    /// Whether a record may be completed now; the first unfinished one always may.
    ///
    /// - Parameter onlyAsFirst: whether no other record may.
    func canComplete(_ number: Int, onlyAsFirst: Bool = false) -> Bool {
        if number == self.head { return true }
        if onlyAsFirst { return false }
        if self.runCount + self.earlier.runs.count - self.earlierIndex < self.runLimit { return true }
        return self.run(at: self.places[number].previous) != nil || self.run(at: self.places[number].next) != nil
    }

    /// Marks a record's command as ended, its result published or in the transaction at hand.
    mutating func complete(_ number: Int) {
        precondition(!self.places[number].isComplete, "completed a record twice, or one that is not tracked")
        self.places[number].isComplete = true
        self.runCount += 1
        var run = number
        if let left = self.run(at: self.places[number].previous) {
            self.places[left].last = self.places[number].last
            self.places[left].fingerprint = self.places[number].fingerprint
            self.remove(number)
            run = left
        }
        if let right = self.run(at: self.places[run].next) {
            self.places[run].last = self.places[right].last
            self.places[run].fingerprint = self.places[right].fingerprint
            self.remove(right)
        }
        if run == self.head {
            self.next = self.places[run].last + 1
            self.fingerprint = self.places[run].fingerprint
            self.remove(run)
        }
    }

    /// What may be committed now; `nil` before the first record is complete and nothing was committed.
    var progress: OffsetProgress? {
        guard let offset = self.next ?? self.head.map({ self.places[$0].first }) else { return nil }
        return OffsetProgress(offset: offset, completed: self.completedBeyond, fingerprint: self.fingerprint)
    }

    /// How many places the list takes, free ones among them.
    var placeCount: Int { self.places.count }

    // MARK: The list

    private mutating func append(_ offset: Int64, _ fingerprint: RecordFingerprint?) -> Int {
        let place = Place(first: offset, last: offset, fingerprint: fingerprint, previous: self.tail)
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
        return number
    }

    /// Takes a run out of the list: it became part of another one, or of the prefix.
    private mutating func remove(_ number: Int) {
        let place = self.places[number]
        if let previous = place.previous { self.places[previous].next = place.next } else { self.head = place.next }
        if let next = place.next { self.places[next].previous = place.previous } else { self.tail = place.previous }
        self.runCount -= 1
        self.free.append(number)
    }

    private func run(at number: Int?) -> Int? {
        guard let number, self.places[number].isComplete else { return nil }
        return number
    }

    // MARK: What an earlier instance completed

    /// Moves past the runs below a record, and says whether it stands in one.
    private mutating func advanceEarlier(to offset: Int64) -> Bool {
        while self.earlierIndex < self.earlier.runs.count, self.earlier.runs[self.earlierIndex].upperBound < offset {
            self.earlierIndex += 1
        }
        return self.earlierIndex < self.earlier.runs.count && self.earlier.runs[self.earlierIndex].contains(offset)
    }

    private var completedBeyond: CompletedOffsets {
        var runs: [ClosedRange<Int64>] = []
        runs.reserveCapacity(self.runCount)
        var number = self.runCount > 0 ? self.head : nil
        while let current = number {
            let place = self.places[current]
            if place.isComplete { runs.append(place.first...place.last) }
            number = place.next
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
