import DequeModule

/// What may be committed of one partition: the one place that decides it.
///
/// Invariants:
/// 1. ``progress`` names the offset behind the last record of the complete prefix: last complete + 1, never counted by
///    arithmetic on offsets, since logs have gaps (transaction markers, compaction).
/// 2. What is complete beyond that offset is listed as runs; a record in no run and not below the offset is unfinished.
/// 3. The number of runs is bounded: ``canComplete(_:)`` says no before a completion would pass the bound.
/// 4. A record at or below the last one seen is seen again only by mistake and is ignored.
struct OffsetTracker: Sendable {
    /// How a record that was read is to be treated.
    enum Acceptance: Equatable, Sendable {
        /// It is to be run; the number names it when it is complete.
        case run(Int)
        /// It was complete before: the metadata of the committed offset listed it.
        case skip
        /// It was seen already in this assignment.
        case seen
    }

    private struct Entry: Sendable {
        let offset: Int64
        var isComplete: Bool
    }

    /// At most so many runs of completed offsets beyond the first unfinished one. 330 runs of 12 bytes each (numbers below 60
    /// million in base 36, two separators) fit the 4,096 bytes of ``OffsetMetadata/limit``.
    let runLimit: Int

    private var entries: Deque<Entry> = []
    /// The number of the first entry.
    private var head = 0
    private var runCount = 0
    private var next: Int64?
    /// What an earlier instance completed; the runs before the index lie behind what was read.
    private let earlier: CompletedOffsets
    private var earlierIndex = 0
    private var lastSeen: Int64?

    /// Starts an assignment at what the group has committed.
    init(committed: OffsetProgress?, runLimit: Int = 330) {
        self.next = committed?.offset
        self.earlier = committed?.completed ?? CompletedOffsets()
        self.runLimit = runLimit
    }

    /// Takes note of a record that was read.
    mutating func accept(_ offset: Int64) -> Acceptance {
        if let lastSeen, offset <= lastSeen { return .seen }
        self.lastSeen = offset
        let wasComplete = self.advanceEarlier(to: offset)
        self.entries.append(Entry(offset: offset, isComplete: false))
        let number = self.head + self.entries.count - 1
        guard wasComplete else { return .run(number) }
        self.complete(number)
        return .skip
    }

    /// Whether a record may be completed now; the first unfinished one always may.
    ///
    /// - Parameter onlyAsFirst: whether no other record may.
    func canComplete(_ number: Int, onlyAsFirst: Bool = false) -> Bool {
        let index = number - self.head
        if index <= 0 { return true }
        if onlyAsFirst { return false }
        if self.runCount + self.earlier.runs.count - self.earlierIndex < self.runLimit { return true }
        return self.entries[index - 1].isComplete || (index + 1 < self.entries.count && self.entries[index + 1].isComplete)
    }

    /// Marks a record's command as ended, its result published or in the transaction at hand.
    mutating func complete(_ number: Int) {
        let index = number - self.head
        precondition(index >= 0 && index < self.entries.count, "completed a record that is not tracked")
        precondition(!self.entries[index].isComplete, "completed a record twice")
        self.entries[index].isComplete = true
        let joinsLeft = index > 0 && self.entries[index - 1].isComplete
        let joinsRight = index + 1 < self.entries.count && self.entries[index + 1].isComplete
        switch (joinsLeft, joinsRight) {
        case (true, true): self.runCount -= 1
        case (false, false): self.runCount += 1
        default: break
        }
        guard index == 0 else { return }
        // The run at the head becomes the prefix.
        self.runCount -= 1
        while let first = self.entries.first, first.isComplete {
            self.next = first.offset + 1
            self.entries.removeFirst()
            self.head += 1
        }
    }

    /// What may be committed now; `nil` before the first record is complete and nothing was committed.
    var progress: OffsetProgress? {
        guard let offset = self.next ?? self.entries.first?.offset else { return nil }
        return OffsetProgress(offset: offset, completed: self.completedBeyond)
    }

    /// Moves past the runs below a record, and says whether it stands in one.
    private mutating func advanceEarlier(to offset: Int64) -> Bool {
        while self.earlierIndex < self.earlier.runs.count, self.earlier.runs[self.earlierIndex].upperBound < offset {
            self.earlierIndex += 1
        }
        return self.earlierIndex < self.earlier.runs.count && self.earlier.runs[self.earlierIndex].contains(offset)
    }

    private var completedBeyond: CompletedOffsets {
        var runs: [ClosedRange<Int64>] = []
        if self.runCount > 0 {
            var start: Int64?
            var last: Int64 = 0
            for entry in self.entries {
                if entry.isComplete {
                    if start == nil { start = entry.offset }
                    last = entry.offset
                } else if let first = start {
                    runs.append(first...last)
                    start = nil
                }
            }
            if let first = start { runs.append(first...last) }
        }
        // What an earlier instance completed beyond everything that was read so far stays complete.
        for run in self.earlier.runs[self.earlierIndex...] {
            let start = max(run.lowerBound, (self.lastSeen ?? -1) + 1)
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
