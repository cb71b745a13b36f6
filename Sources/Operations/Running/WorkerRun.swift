package import CommandWorker
import Glibc
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

    /// Returns the exit code once the worker has stopped.
    ///
    /// A forced stop does not return: it ends the process with code 2 at once, since calls of librdkafka that wait for a broker
    /// cannot be cut short. Nothing is lost by it: what is not committed runs again.
    package func untilStopped() async -> ExitStatus {
        let signals = ProcessSignals()
        return await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                do {
                    try await self.worker.run()
                    return self.status(afterStop: self.worker.snapshot)
                } catch {
                    return self.status(of: error)
                }
            }
            group.addTask {
                await self.obey(signals.stream)
                return nil
            }
            defer { group.cancelAll() }
            for await status in group {
                if let status { return status }
            }
            return .success
        }
    }

    private func obey(_ signals: AsyncStream<ProcessSignals.Signal>) async {
        await withDiscardingTaskGroup { group in
            var isDraining = false
            for await signal in signals {
                switch signal {
                case .terminate, .interrupt:
                    if isDraining { self.forceStop("Aborted by a second signal") }
                    isDraining = true
                    self.worker.drain(within: self.drainBudget)
                    group.addTask {
                        // What the drain's own deadline cannot end: a broker that does not answer.
                        try? await Task.sleep(for: self.drainBudget + .seconds(5))
                        if !Task.isCancelled { self.forceStop("The drain took longer than its budget") }
                    }
                case .suspend:
                    self.logger.notice("Intake suspended by a signal")
                    self.worker.suspend()
                case .resume:
                    self.logger.notice("Intake resumed by a signal")
                    self.worker.resume()
                case .terminalInput:
                    self.logInFlight()
                case .hangUp:
                    self.logger.warning("Settings are read at the start only; restart to apply changes")
                }
            }
            group.cancelAll()
        }
    }

    private func logInFlight() {
        let snapshot = self.worker.snapshot
        self.logger.notice(
            "In flight",
            metadata: [
                "in_flight": "\(snapshot.inFlight)", "requests": "\(snapshot.requests)",
                "partitions": "\(snapshot.partitions)", "intake_block": "\(snapshot.intakeBlock ?? "none")",
            ]
        )
    }

    private func forceStop(_ reason: Logger.Message) -> Never {
        self.logger.critical(
            "\(reason); what was in flight runs again with the next start",
            metadata: ["in_flight": "\(self.worker.snapshot.inFlight)"]
        )
        _exit(ExitStatus.forcedStop.rawValue)
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
