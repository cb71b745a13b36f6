import CommandWorker
import Ledger
import Logging
import Records
import WorkerLogging

/// Lets a worker obey the pauses that operators keep in its ledger.
///
/// It looks once a second, since a ledger that several machines share announces no change. What it cannot read it
/// leaves as it was.
struct PauseFollower: Sendable {
    private static let interval: Duration = .seconds(1)

    private let ledger: any Ledger
    private let group: String
    private let worker: CommandWorker
    private let logger: Logger
    private var current: [Pause] = []

    init(_ ledger: any Ledger, group: String, worker: CommandWorker, logger: Logger) {
        self.ledger = ledger
        self.group = group
        self.worker = worker
        self.logger = logger
    }

    /// Looks once, and tells the worker and the log of what has changed.
    mutating func look(at now: UnixMilliseconds) async throws(LedgerError) {
        let pauses = try await self.ledger.pauses().filter { $0.group == self.group && !$0.isOver(at: now) }
        guard pauses != self.current else { return }
        for pause in pauses where !self.current.contains(pause) {
            self.logger.notice(
                "Paused by an operator",
                metadata: [
                    "scope": "\(pause.scope)", LogKey.reason: "\(pause.reason)", "author": "\(pause.author)",
                    "until": "\(pause.endsAt?.description ?? "resumed")",
                ]
            )
        }
        for pause in self.current where !pauses.contains(where: { $0.scope == pause.scope }) {
            self.logger.notice("An operator's pause ended", metadata: ["scope": "\(pause.scope)"])
        }
        self.current = pauses
        self.worker.pause(pauses)
    }

    func run() async {
        var follower = self
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            try? await follower.look(at: .now())
        }
    }
}
