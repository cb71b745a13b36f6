import Kafka

/// When a publication that failed is tried again: each wait is twice the last one, up to half a minute, and from the
/// second one on by chance up to a half shorter, so that instances do not keep step.
struct PublishRetry: Sendable {
    static let longestWait: Duration = .seconds(30)

    private let first: Duration
    private var random: SplitMix64
    private var wait: Duration?
    private var failedAt: Duration = .zero
    /// When the next attempt is due; `nil` when none waits.
    private(set) var due: Duration?

    init(first: Duration, seed: UInt64) {
        self.first = first
        self.random = SplitMix64(seed: seed)
    }

    /// When the next attempt is due; before partitions are given back none waits for long.
    func due(isLeaving: Bool) -> Duration? {
        guard isLeaving, let due else { return self.due }
        return min(due, self.failedAt + self.first)
    }

    mutating func failed(at now: Duration) {
        let wait = self.wait.map { min($0 * 2, Self.longestWait) } ?? self.first
        let share = self.wait == nil ? 1 : Double.random(in: 0.5...1, using: &self.random)
        self.wait = wait
        self.failedAt = now
        self.due = now + wait * share
    }

    /// The next attempt is due at once.
    mutating func hurry(at now: Duration) { if self.due != nil { self.due = now } }

    /// The next attempt is made.
    mutating func begin() { self.due = nil }

    mutating func succeeded() { (self.wait, self.due) = (nil, nil) }
}

/// Dead letters that wait, since their topic takes none: everything else is published without them.
struct LetterHold: Sendable {
    private var retry: PublishRetry
    /// Why they wait; `nil` when they do not.
    private(set) var error: KafkaError?
    /// Results that waited when the last batch was made, and failures that it took along: until they are out they wait.
    var waitingCount = 0

    init(retry: PublishRetry) {
        self.retry = retry
    }

    /// When the topic is tried again; `nil` when nothing waits for it.
    var due: Duration? { self.waitingCount > 0 ? self.retry.due : nil }

    /// Whether a batch may hold dead letters now.
    func letsIn(at now: Duration) -> Bool { self.retry.due.map { now >= $0 } ?? true }

    mutating func begin(_ error: KafkaError, at now: Duration) {
        self.error = error
        self.retry.failed(at: now)
    }

    /// A batch with dead letters got out.
    mutating func end() {
        self.retry.succeeded()
        self.error = nil
        self.waitingCount = 0
    }
}
