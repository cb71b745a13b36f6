import CustomerContract

/// The answers of the last moments, to tell a failure of all commands from one of a few.
///
/// Of failures customers count, not attempts: one that fails forever by itself, however often it is tried, counts once
/// and must not look like all of them. Of successes answers count, since a command that succeeded does not come again.
/// Memory: a number for each slice, and the customers that failed within the window.
struct FailureWindow: Sendable {
    private static let sliceCount = 10

    private let settings: BreakerSettings
    private let sliceWidth: Duration
    private var successes = [Int](repeating: 0, count: Self.sliceCount)
    private var failures = [Int](repeating: 0, count: Self.sliceCount)
    /// The slice in which each customer failed last.
    private var failing: [ExternalID: Int] = [:]
    /// The slice under way, counted from the beginning of time.
    private var slice = 0
    /// Customers that failed since the last success, however long ago; at most ``BreakerSettings/minimumRequests``.
    private var sinceSuccess: Set<ExternalID> = []
    /// Attempts in a row for which the backend was unreachable, without an answer of any kind between.
    private var unreachable = 0

    /// This number of refused connections in a row is no accident of one of several servers behind a name.
    private static let unreachableThatOpens = 3

    init(_ settings: BreakerSettings) {
        self.settings = settings
        self.sliceWidth = settings.window / Self.sliceCount
    }

    mutating func succeeded(_ customer: ExternalID, at now: Duration) {
        self.move(to: now)
        self.successes[self.slice % Self.sliceCount] += 1
        if !self.sinceSuccess.isEmpty { self.sinceSuccess.removeAll(keepingCapacity: true) }
        self.unreachable = 0
        if !self.failing.isEmpty { self.forget(customer) }
    }

    mutating func failed(_ customer: ExternalID, _ sign: PassingFailure.Sign, at now: Duration) {
        self.move(to: now)
        self.unreachable = sign == .unreachable ? self.unreachable + 1 : 0
        if self.sinceSuccess.count < self.settings.minimumRequests { self.sinceSuccess.insert(customer) }
        self.forget(customer)
        self.failing[customer] = self.slice
        self.failures[self.slice % Self.sliceCount] += 1
    }

    /// Whether the requests of all commands fail, as far as these answers tell.
    var isTelling: Bool {
        if self.unreachable >= Self.unreachableThatOpens { return true }
        if self.sinceSuccess.count >= self.settings.minimumRequests { return true }
        let (succeeded, failed) = self.counts
        let all = succeeded + failed
        return all >= self.settings.minimumRequests && Double(failed) >= Double(all) * self.settings.failureRatio
    }

    /// Successes and failing customers in the window.
    var counts: (succeeded: Int, failed: Int) { (self.successes.reduce(0, +), self.failures.reduce(0, +)) }

    /// Begins again: what came before a stop says nothing about what comes after it.
    mutating func clear() {
        let slice = self.slice
        self = FailureWindow(self.settings)
        self.slice = slice
    }

    private mutating func forget(_ customer: ExternalID) {
        guard let slice = self.failing.removeValue(forKey: customer), slice > self.slice - Self.sliceCount else {
            return
        }
        self.failures[slice % Self.sliceCount] -= 1
    }

    /// Drops the slices that the window has left behind.
    private mutating func move(to now: Duration) {
        let current = Int(now / self.sliceWidth)
        guard current > self.slice else { return }
        for old in max(self.slice + 1, current - Self.sliceCount + 1)...current {
            self.successes[old % Self.sliceCount] = 0
            self.failures[old % Self.sliceCount] = 0
        }
        self.slice = current
        if self.failing.count > 64, self.failing.count > 2 * self.failures.reduce(0, +) {
            self.failing = self.failing.filter { $0.value > current - Self.sliceCount }
        }
    }
}
