/// Intake: stops before a bound is passed, and while nothing that is taken in could succeed.
///
/// A short stop only stops polling: the records wait in librdkafka's queue, which `queued.max.messages.kbytes` bounds.
/// A longer one pauses the partitions, so that the group continues to hear from this member; it costs what was fetched
/// ahead.
struct Intake: Sendable {
    /// What is to be done with the partitions that are held.
    enum Change: Hashable {
        case pause
        case resume
    }

    /// Commands beyond the bound that may be taken in as probes.
    static let probeReserve = 16

    private let maximumCount: Int
    private let maximumBytes: Int
    /// How long fullness, which may pass within moments, only stops polling.
    private let pauseDelay: Duration
    /// An operator asked for a stop.
    private(set) var isSuspended = false
    /// The partitions are paused: polling brings no records, but keeps us a member of the group.
    private(set) var isPaused = false
    /// The backend's next probe is due and no command in flight can be it: single records are taken in until one can.
    private(set) var seeksProbe = false
    /// Since when nothing is taken in; `nil` while records flow.
    private var blockedSince: Duration?
    /// When the partitions are to be paused; `nil` when they flow or are paused already.
    private(set) var due: Duration?

    /// - Parameters:
    ///   - maximumCount: commands in flight, from 1.
    ///   - maximumBytes: bytes of their records; one record of any size fits.
    init(maximumCount: Int, maximumBytes: Int, pauseDelay: Duration) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.pauseDelay = pauseDelay
    }

    mutating func suspend() { self.isSuspended = true }

    mutating func resume() { self.isSuspended = false }

    /// Whether no more may be in flight.
    ///
    /// Once paused, intake resumes with a quarter free; where each partition has a share, with any place, since what
    /// is taken may be one partition's for long.
    func isFull(_ count: Int, bytes: Int, hasShares: Bool = false) -> Bool {
        let bound = self.isPaused && !hasShares ? self.maximumCount * 3 / 4 : self.maximumCount
        return count >= max(bound, 1) || bytes >= self.maximumBytes
    }

    /// Whether one more may be in flight as a probe, beyond the bound.
    func hasReserve(_ count: Int) -> Bool { count < self.maximumCount + Self.probeReserve }

    /// How many events may be polled for now.
    ///
    /// When the partitions are paused a poll brings only what concerns the group.
    func pollLimit(isBlocked: Bool, inFlight: Int) -> Int {
        guard isBlocked else { return max(1, min(1_000, self.maximumCount - inFlight)) }
        if self.seeksProbe { return 1 }
        return self.isPaused ? 64 : 0
    }

    /// Stops or resumes as the block says.
    ///
    /// - Parameter seeksProbe: whether single records are needed although intake is blocked.
    mutating func advance(_ block: IntakeBlock?, seeksProbe: Bool, at now: Duration) -> Change? {
        self.seeksProbe = seeksProbe
        guard let block, !seeksProbe else {
            self.blockedSince = nil
            self.due = nil
            guard self.isPaused else { return nil }
            self.isPaused = false
            return .resume
        }
        let since = self.blockedSince ?? now
        self.blockedSince = since
        guard !self.isPaused else { return nil }
        // Only fullness passes by itself within moments.
        let delay = block == .full ? self.pauseDelay : .zero
        guard now >= since + delay else {
            self.due = since + delay
            return nil
        }
        self.due = nil
        self.isPaused = true
        return .pause
    }
}

/// Why no records are taken in.
enum IntakeBlock: Sendable, Hashable {
    case draining
    case suspended
    case backend(String)
    case store(String)
    case publishing(String)
    case full

    /// A bounded word: that of `customer_worker_intake_paused{reason}`.
    var reason: String {
        switch self {
        case .draining: "draining"
        case .suspended: "suspended"
        case .backend(let reason): reason
        case .store(let reason): "store_\(reason)"
        case .publishing: "publishing"
        case .full: "full"
        }
    }
}
