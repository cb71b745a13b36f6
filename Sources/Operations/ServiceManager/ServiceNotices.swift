import CommandWorker
import Records

/// Decides what the service manager is told: a plain state machine, fed with what was seen of the worker.
///
/// Invariants:
/// 1. `WATCHDOG=1` follows an answer of the loop, and nothing else: no answer, no sign of life.
/// 2. `READY=1` comes once, when the group has joined and its partitions, if any, are taken; again only to end a
///    reload.
/// 3. After `STOPPING=1` more time is asked for only when the drain got further since the last time.
struct ServiceNotices: Sendable {
    /// What a drain that gets further asks for; several times the interval between two looks, so that one late look
    /// does not end it.
    static let drainExtension: Duration = .seconds(15)

    private enum Phase: Sendable {
        case starting
        case running
        case stopping(DrainProgress)
    }

    private struct DrainProgress: Sendable, Equatable {
        let inFlight: Int
        let results: Int
        let abandoned: Int

        init(_ snapshot: WorkerSnapshot) {
            self.inFlight = snapshot.inFlight
            self.results = snapshot.counters.resultCount
            self.abandoned = snapshot.counters.abandoned
        }
    }

    private let hasWatchdog: Bool
    private var phase = Phase.starting
    private var lastStatus: String?

    init(hasWatchdog: Bool) {
        self.hasWatchdog = hasWatchdog
    }

    mutating func seen(_ view: WorkerWatch.View, _ inspection: WorkerInspection) -> [String] {
        var notices: [String] = []
        let snapshot = inspection.snapshot
        switch self.phase {
        case .starting:
            if snapshot.hasJoined, !snapshot.isTakingPartitions {
                self.phase = .running
                notices.append("READY=1")
            }
        case .running: break
        case .stopping(let earlier):
            let progress = DrainProgress(snapshot)
            if progress != earlier {
                self.phase = .stopping(progress)
                notices.append("EXTEND_TIMEOUT_USEC=\(Self.drainExtension.components.seconds * 1_000_000)")
            }
        }
        let status = Self.status(view, inspection)
        if status != self.lastStatus {
            self.lastStatus = status
            notices.append("STATUS=\(status)")
        }
        if self.hasWatchdog { notices.append("WATCHDOG=1") }
        return notices
    }

    mutating func stopping(_ snapshot: WorkerSnapshot) -> [String] {
        if case .stopping = self.phase { return [] }
        self.phase = .stopping(DrainProgress(snapshot))
        let status = Self.draining(snapshot)
        self.lastStatus = status
        return ["STOPPING=1", "STATUS=\(status)"]
    }

    /// Settings are read again; `monotonic` is the time of `CLOCK_MONOTONIC`, which the protocol asks for.
    mutating func reloading(monotonic: Duration) -> [String] {
        guard case .running = self.phase else { return [] }
        return ["RELOADING=1", "MONOTONIC_USEC=\(monotonic.boundedNanoseconds / 1_000)"]
    }

    /// They are in effect, or were refused.
    mutating func reloaded() -> [String] {
        guard case .running = self.phase else { return [] }
        self.lastStatus = nil
        return ["READY=1"]
    }

    private static func draining(_ snapshot: WorkerSnapshot) -> String {
        "Draining: \(snapshot.inFlight) \(snapshot.inFlight == 1 ? "command" : "commands") in flight"
    }

    /// `3 partitions, 120/s, lag 0`, and what is wrong behind it.
    static func status(_ view: WorkerWatch.View, _ inspection: WorkerInspection) -> String {
        let count = inspection.partitions.count
        var words = [count == 1 ? "1 partition" : "\(count) partitions"]
        words.append("\(Int(nearest: view.activity.rate ?? 0))/s")
        words.append("lag \(view.lags.total.map { "\($0)" } ?? (count == 0 ? "0" : "unknown"))")
        if inspection.snapshot.intakeBlock == "draining" { return Self.draining(inspection.snapshot) }
        let reasons = Health(inspection, silence: .zero).reasons.map(\.detail)
        return (words + reasons).joined(separator: ", ")
    }
}
