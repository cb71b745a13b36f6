import Kafka
import Records
import Topics

/// Every decision of a redrive: what to read, what to send, when, and when to stop.
///
/// A plain struct without I/O or clock: its owner asks ``next(at:)``, performs the step, and reports the outcome.
/// Invariants:
///
/// 1. A dead letter is sent at most once: not if ``marks`` have it, and it is put there only when its transaction,
///    which carries both, is known to be committed. A batch that was not committed is offered again unchanged.
/// 2. At most ``Settings/batchLimit`` letters are held, and no more are read while they have some megabytes, so memory
///    grows neither with the topic nor with its records.
/// 3. Letters of a partition leave in the order of their offsets, retries included.
/// 4. While the first letters' results are awaited, nothing else is sent.
package struct RedriveJob: Sendable {
    /// What the owner does next.
    enum Step: Sendable {
        /// Read at most this number of letters and pass each to ``take(_:)``.
        case read(Int)
        /// Send these in one transaction with ``pages(with:of:)``, then call ``learn(_:at:)``.
        case send([Outgoing])
        /// Give a sign of life: a transaction with the job's record alone; then call ``beaten(at:)``.
        case beat
        /// Wait until then.
        case rest(until: Duration)
        /// Read results, at the longest until then; pass each to ``observe(_:succeeded:code:)``.
        case followResults(until: Duration)
        case end(Ending)
    }

    let settings: Settings
    private(set) var counts = Counts()
    /// What all jobs have sent back, and what was dismissed.
    private(set) var marks: LetterMarks
    /// The state of the first letters.
    private(set) var canary: JobRecord.Canary

    private let selection: Selection
    private let route: ReturnRoute
    private var pacer: RatePacer
    private var waiting: [Outgoing] = []
    /// The number of those that are being sent, the first that wait.
    private var offered = 0
    private var sendsSingly = 0
    private var hasReadAll = false
    private var ending: Ending?
    private var nextBeat: Duration
    private var canaryDeadline: Duration?
    /// Records that were sent and whose results are followed; bounded, the oldest are dropped first.
    private var followed: [RecordPosition] = []
    private var followedSet: Set<RecordPosition> = []
    private static let mostFollowed = 10_000
    /// First letters whose positions are unknown, so that their results cannot be recognised.
    private var unplaced = 0
    /// First letters that were sent.
    private var canarySent = 0

    /// A job, or the rest of one.
    ///
    /// - Parameters:
    ///   - movedBefore: The number of letters that earlier processes of this job sent back.
    ///   - canary: The state of their first letters.
    init(
        selection: Selection,
        route: ReturnRoute,
        settings: Settings,
        marks: LetterMarks,
        movedBefore: Int = 0,
        canary: JobRecord.Canary = .none
    ) {
        self.selection = selection
        self.route = route
        self.settings = settings
        self.marks = marks
        self.canary = settings.canary == 0 ? .passed : canary
        // A process that died between sending its first letters and recording their positions leaves nothing to wait
        // for: then others are the first.
        if case .awaited(let positions) = self.canary, positions.count < movedBefore { self.canary = .none }
        self.pacer = RatePacer(rate: settings.rate)
        self.nextBeat = settings.beatInterval
        self.counts.movedBefore = movedBefore
        if case .awaited(let positions) = self.canary {
            self.canarySent = positions.count
            self.follow(positions)
        }
    }

    // MARK: What the owner reports

    /// Takes a letter that was read; one that is not selected, or does not wait, is skipped.
    mutating func take(_ letter: DeadLetter) {
        guard self.selection.matches(letter), self.marks[letter.position] == .waiting else { return }
        self.counts.matched += 1
        switch self.route.verdict(for: letter).outcome {
        case .success(let record): self.waiting.append(.init(letter: letter, record: record))
        case .failure(let reason): self.counts.left[reason, default: 0] += 1
        }
    }

    mutating func readAll() { self.hasReadAll = true }

    /// Takes in the outcome of a batch.
    mutating func learn(_ outcome: JobStore.Outcome, at now: Duration) {
        let batch = Array(self.waiting.prefix(self.offered))
        self.offered = 0
        switch outcome {
        case .committed(let positions): self.committed(batch, positions, at: now)
        // They are sent one by one, and the one that is refused again is left.
        case .refused(let error) where batch.count == 1:
            self.settle(1)
            self.counts.left[.refused(error.name), default: 0] += 1
        case .refused: self.sendsSingly = batch.count
        case .aborted: break
        case .takenOver: self.stop(.takenOver)
        case .failed(let error): self.stop(.failed(error))
        }
    }

    private mutating func committed(_ batch: [Outgoing], _ positions: [Int: RecordPosition], at now: Duration) {
        let count = batch.count
        self.settle(count)
        for (partition, offset) in batch.map(\.place) {
            self.marks.sentBack.insert(partition, offset)
            self.counts.moved(partition, offset)
        }
        let places = batch.indices.compactMap { positions[$0] }
        self.beaten(at: now)
        if self.canary != .passed {
            self.canarySent += count
            self.unplaced += count - places.count
            // At once, so that their positions are recorded.
            self.nextBeat = now
        }
        switch self.canary {
        case .none: self.canary = .awaited(places)
        case .awaited(let earlier): self.canary = .awaited(earlier + places)
        case .passed: break
        }
        if self.followsResults { self.follow(places) }
    }

    /// The first letters wait no longer.
    private mutating func settle(_ count: Int) {
        self.waiting.removeFirst(count)
        self.sendsSingly = max(0, self.sendsSingly - count)
    }

    mutating func beaten(at now: Duration) { self.nextBeat = now + self.settings.beatInterval }

    /// A result was read; one of a record that this job did not send is skipped.
    mutating func observe(_ command: RecordPosition, succeeded: Bool, code: String) {
        guard self.followedSet.remove(command) != nil else { return }
        if !succeeded { self.counts.failedAgain[code, default: 0] += 1 }
    }

    /// Stops as soon as the current step is over.
    mutating func stop(_ ending: Ending) {
        if self.ending == nil { self.ending = ending }
    }

    // MARK: What the owner does next

    mutating func next(at now: Duration) -> Step {
        if let ending { return .end(ending) }
        if let maximum = self.settings.maximumFailures,
            self.counts.failedAgainCount + self.failedToSend >= max(1, maximum)
        {
            return self.end(.tooManyFailures)
        }
        if now >= self.nextBeat { return .beat }
        if let step = self.canaryStep(at: now) { return step }
        if self.wantsMore, self.waiting.count < self.settings.batchLimit, self.waitingBytes < Self.batchBytes {
            // No more than there is room for: what is read and not held would not be read again.
            return .read(min(self.settings.batchLimit - self.waiting.count, self.roomLeft))
        }
        guard !self.waiting.isEmpty else { return self.end(.finished) }
        if now < self.pacer.due { return .rest(until: min(self.pacer.due, self.nextBeat)) }
        let batch = self.cut(self.sendsSingly > 0 ? 1 : self.settings.batchLimit)
        self.offered = batch.count
        self.pacer.sent(self.offered, at: now)
        return .send(batch)
    }

    /// The pages of ``LetterSet`` as they must be committed with a batch.
    func pages(with batch: [Outgoing], of topic: String) -> [Int64: [PartitionOffset]] {
        let places = batch.map(\.place)
        var next = self.marks.sentBack
        for place in places { next.insert(place.partition, place.offset) }
        return next.pages(holding: places, of: topic)
    }

    // MARK: Parts

    private mutating func end(_ ending: Ending) -> Step {
        self.ending = ending
        return .end(ending)
    }

    /// The number of letters that may still be held: what the limit and the canary leave.
    private var roomLeft: Int {
        let held = self.waiting.count
        var room = Int.max
        if let limit = self.settings.limit { room = limit - self.counts.moved - self.counts.movedBefore - held }
        if self.canary != .passed { room = min(room, self.settings.canary - self.canarySent - held) }
        return max(0, room)
    }

    private var wantsMore: Bool { !self.hasReadAll && self.roomLeft > 0 }

    private var failedToSend: Int { self.counts.left.reduce(0) { $0 + ($1.key.isForeseen ? 0 : $1.value) } }

    /// Waits for the results of the first letters once all of them were sent.
    private mutating func canaryStep(at now: Duration) -> Step? {
        guard case .awaited = self.canary, self.waiting.isEmpty, self.canaryDeadline != nil || !self.wantsMore else {
            return nil
        }
        if self.counts.failedAgainCount > 0 { return self.end(.canaryFailed) }
        if self.followedSet.isEmpty, self.unplaced == 0 {
            self.canary = .passed
            return nil
        }
        let deadline = self.canaryDeadline ?? now + self.settings.canaryTimeout
        self.canaryDeadline = deadline
        if now >= deadline { return self.end(.canaryTimedOut) }
        return .followResults(until: min(deadline, self.nextBeat))
    }

    private mutating func follow(_ positions: [RecordPosition]) {
        self.followed += positions
        self.followedSet.formUnion(positions)
        guard self.followed.count > Self.mostFollowed else { return }
        let excess = self.followed.count - Self.mostFollowed
        self.followedSet.subtract(self.followed.prefix(excess))
        self.followed.removeFirst(excess)
    }

    var followsResults: Bool { self.canary != .passed || self.settings.maximumFailures != nil }

    /// Bytes of one transaction; a single record may have more.
    private static let batchBytes = 4 << 20

    private var waitingBytes: Int { self.waiting.reduce(0) { $0 + $1.byteCount } }

    /// The first letters that wait, bounded in number and bytes; at least one.
    private func cut(_ limit: Int) -> [Outgoing] {
        var bytes = 0
        var count = 0
        for entry in self.waiting.prefix(limit) {
            bytes += entry.byteCount
            if count > 0, bytes > Self.batchBytes { break }
            count += 1
        }
        return Array(self.waiting.prefix(count))
    }
}
