import Records

/// The share of each partition in the table of commands in flight, so that no partition fills the table.
///
/// A quarter of the table is divided equally among the assigned partitions; the rest is shared, first come, first
/// served. When a partition has used up its own part and the shared rest is used up too, polling stops briefly, because
/// the state may pass by itself and a pause drops prefetched records. If it lasts, only that partition is paused. So
/// every other partition keeps its own part, however many are slow. A finished result that does not yet fit the
/// completed set counts as unfinished: it holds back its own partition only.
///
/// A single partition has no share to keep.
struct PartitionShares: Sendable {
    /// What of a partition is unfinished.
    struct Load: Sendable {
        let partition: TopicPartition
        let count: Int
        let bytes: Int
    }

    /// What is to be done with partitions.
    struct Change: Sendable, Equatable {
        var pause: [TopicPartition] = []
        var resume: [TopicPartition] = []
    }

    /// The divisor that gives the part of the table divided among the partitions: a quarter.
    static let usualParts = 4
    /// A partition that exceeds its share again within this time is paused at once.
    static let memory: Duration = .seconds(60)

    private let parts: Int
    private let maximumCount: Int
    private let maximumBytes: Int
    private let pauseDelay: Duration
    /// When each partition that is over its share but not paused exceeded it.
    private var since: [TopicPartition: Duration] = [:]
    /// Those that are paused alone.
    private(set) var paused: Set<TopicPartition> = []
    private var lastPaused: [TopicPartition: Duration] = [:]
    /// What a poll may bring, as of the last ``advance(_:heldCount:count:bytes:at:)``; `nil` when no share was near.
    private var room: (count: Int, bytes: Int)?
    private var pausedBytes = 0
    /// Whether more than one partition is held, as of the last look.
    private(set) var areKept = false

    init(parts: Int = usualParts, maximumCount: Int, maximumBytes: Int, pauseDelay: Duration) {
        self.parts = parts
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.pauseDelay = pauseDelay
    }

    /// Whether nothing is polled for a moment, since a partition is over its share.
    var isBlocking: Bool { !self.since.isEmpty }

    /// When a partition is to be paused although nothing happens.
    var due: Duration? { self.since.values.min().map { $0 + self.pauseDelay } }

    /// The bytes that count for the bound on all: what paused partitions hold leaves a sixteenth to the others, even
    /// when large records made it more than their share before it was seen.
    func counted(_ bytes: Int) -> Int { bytes - max(0, self.pausedBytes - self.maximumBytes / 16 * 15) }

    /// How many records may be polled for, whatever partition they are of.
    func pollLimit(count: Int, bytes: Int) -> Int {
        guard self.areKept else { return .max }
        let room = self.room ?? (self.common(self.maximumCount) - count, self.common(self.maximumBytes) - bytes)
        guard count > 0, bytes > count else { return max(1, room.count) }
        // Records of four times the usual size still fit.
        return max(1, min(room.count, room.bytes / (bytes / count * 4)))
    }

    /// Looks at the partitions that are held.
    ///
    /// - Parameters:
    ///   - loads: what each holds; asked for only when one may be over its share.
    ///   - count: commands in flight.
    ///   - bytes: bytes of their records.
    mutating func advance(
        _ loads: @autoclosure () -> [Load],
        heldCount: Int,
        count: Int,
        bytes: Int,
        at now: Duration
    ) -> Change {
        self.areKept = heldCount > 1
        guard self.areKept, self.isNearShare(count, bytes) || self.isBlocking || !self.paused.isEmpty else {
            self.room = nil
            return self.reset()
        }
        let loads = loads()
        let held = Set(loads.map(\.partition))
        self.paused.formIntersection(held)
        self.since = self.since.filter { held.contains($0.key) }
        self.pausedBytes = loads.reduce(0) { self.paused.contains($1.partition) ? $0 + $1.bytes : $0 }
        let own = (count: self.part(self.maximumCount, heldCount), bytes: self.part(self.maximumBytes, heldCount))
        let left = (
            count: loads.reduce(self.common(self.maximumCount)) { $0 - max(0, $1.count - own.count) },
            bytes: loads.reduce(self.common(self.maximumBytes)) { $0 - max(0, $1.bytes - own.bytes) }
        )
        var room = (count: Int.max, bytes: Int.max)
        var change = Change()
        for load in loads {
            if self.paused.contains(load.partition) {
                guard self.isWithin(load, own, left) else { continue }
                self.paused.remove(load.partition)
                change.resume.append(load.partition)
            } else if self.isOver(load, own, left) {
                let since = self.since[load.partition] ?? now
                let isUsed = self.lastPaused[load.partition].map { now - $0 < Self.memory } ?? false
                guard isUsed || now >= since + self.pauseDelay else {
                    self.since[load.partition] = since
                    continue
                }
                self.since[load.partition] = nil
                self.paused.insert(load.partition)
                self.lastPaused[load.partition] = now
                change.pause.append(load.partition)
                continue
            } else {
                self.since[load.partition] = nil
            }
            // All that a poll brings may be of this one.
            room.count = min(room.count, max(left.count, own.count - load.count))
            room.bytes = min(room.bytes, max(left.bytes, own.bytes - load.bytes))
        }
        self.room = room
        return change
    }

    /// Lets all partitions flow that were paused alone, or forgets them, when all are paused anyway.
    mutating func reset() -> Change {
        self.since = [:]
        self.pausedBytes = 0
        if self.paused.isEmpty { return Change() }
        defer { self.paused = [] }
        return Change(resume: self.paused.sorted())
    }

    /// What each partition has for itself.
    private func part(_ maximum: Int, _ heldCount: Int) -> Int { max(1, maximum / self.parts / heldCount) }

    /// The shared part: first come, first served.
    private func common(_ maximum: Int) -> Int { maximum - maximum / self.parts }

    /// Whether any partition could be over its share.
    private func isNearShare(_ count: Int, _ bytes: Int) -> Bool {
        count >= self.common(self.maximumCount) / 2 || bytes >= self.common(self.maximumBytes) / 2
    }

    private func isOver(_ load: Load, _ own: (count: Int, bytes: Int), _ left: (count: Int, bytes: Int)) -> Bool {
        load.count >= own.count && left.count <= 0 || load.bytes >= own.bytes && left.bytes <= 0
    }

    /// A paused partition resumes when a quarter of its own part, or of the shared part, is free.
    private func isWithin(_ load: Load, _ own: (count: Int, bytes: Int), _ left: (count: Int, bytes: Int)) -> Bool {
        let hasCount = load.count < own.count * 3 / 4 || left.count * 4 >= self.common(self.maximumCount)
        let hasBytes = load.bytes < own.bytes * 3 / 4 || left.bytes * 4 >= self.common(self.maximumBytes)
        return load.count == 0 || hasCount && hasBytes
    }
}
