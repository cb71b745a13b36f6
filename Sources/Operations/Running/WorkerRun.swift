package import CommandWorker
package import Logging

/// Runs a worker until a signal ends it.
///
/// TERM and INT drain and stop, a second one aborts; TSTP stops the intake and keeps the partitions, CONT resumes; TTIN
/// logs what is in flight.
package struct WorkerRun: Sendable {
    private let worker: CommandWorker
    private let drainBudget: Duration
    private let logger: Logger

    /// - Parameter drainBudget: how long running commands may take to finish after the first TERM.
    package init(_ worker: CommandWorker, drainBudget: Duration, logger: Logger) {
        self.worker = worker
        self.drainBudget = drainBudget
        self.logger = logger
    }

    private enum End: Sendable {
        case stopped
        case failed(any Error)
        case aborted
    }

    /// Returns the exit code once the worker has stopped.
    package func untilStopped() async -> ExitStatus {
        let signals = ProcessSignals()
        return await withTaskGroup(of: End?.self) { group in
            group.addTask {
                do {
                    try await self.worker.run()
                    return .stopped
                } catch {
                    return .failed(error)
                }
            }
            group.addTask { await self.obey(signals.stream) }
            defer { group.cancelAll() }
            for await end in group {
                switch end {
                case .stopped: return self.status(afterStop: self.worker.snapshot)
                case .failed(let error): return self.status(of: error)
                case .aborted:
                    self.logger.critical(
                        "Aborted by a second signal; what was in flight runs again with the next start",
                        metadata: ["in_flight": "\(self.worker.snapshot.inFlight)"]
                    )
                    return .forcedStop
                case nil: continue
                }
            }
            return .success
        }
    }

    private func obey(_ signals: AsyncStream<ProcessSignals.Signal>) async -> End? {
        var isDraining = false
        for await signal in signals {
            switch signal {
            case .terminate, .interrupt:
                if isDraining { return .aborted }
                isDraining = true
                self.worker.drain(within: self.drainBudget)
            case .suspend:
                self.logger.notice("Intake suspended by a signal")
                self.worker.suspend()
            case .resume:
                self.logger.notice("Intake resumed by a signal")
                self.worker.resume()
            case .terminalInput:
                let snapshot = self.worker.snapshot
                self.logger.notice(
                    "In flight",
                    metadata: [
                        "in_flight": "\(snapshot.inFlight)", "requests": "\(snapshot.requests)",
                        "partitions": "\(snapshot.partitions)", "intake_block": "\(snapshot.intakeBlock ?? "none")",
                    ]
                )
            case .hangUp:
                self.logger.warning("Settings are read at the start only; restart to apply changes")
            }
        }
        return nil
    }

    private func status(afterStop snapshot: WorkerSnapshot) -> ExitStatus {
        self.logger.info(
            "Stopped",
            metadata: ["results": "\(snapshot.counters.resultCount)", "abandoned": "\(snapshot.counters.abandoned)"]
        )
        return .success
    }

    private func status(of error: any Error) -> ExitStatus {
        self.logger.critical("Worker stopped", metadata: ["error": "\(error)"])
        return .failure
    }
}
