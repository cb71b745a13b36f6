import CommandWorker
import Dispatch
import Glibc
import Kafka
import Ledger
package import Logging
package import Settings
import WorkerLogging

/// Runs a worker with everything that operates it: signals, the admin endpoint, the service manager.
///
/// TERM and INT drain and stop, a second one aborts; HUP reloads; TSTP stops the intake and keeps the partitions, CONT
/// resumes; TTIN logs what is in flight.
package struct Daemon: Sendable {
    private let assembly: WorkerAssembly
    private let watch: WorkerWatch
    private let settings: Settings
    private let manager: ServiceManager?
    private let notices: NoticeBoard
    private let reload: @Sendable () async -> ReloadReport
    private let logger: Logger

    /// The interval of looks at the worker; shorter when the service manager's watchdog is quicker.
    private static let lookInterval: Duration = .seconds(1)

    /// - Parameter reload: reads the settings again and applies what a reload can change.
    package init(
        _ assembly: WorkerAssembly,
        settings: Settings,
        manager: ServiceManager?,
        logger: Logger,
        reload: @escaping @Sendable () async -> ReloadReport
    ) {
        self.assembly = assembly
        self.watch = WorkerWatch(
            assembly.worker,
            registry: assembly.metrics,
            logEnds: LogEnds(assembly.kafka),
            letters: WaitingLetters(settings.worker.deadLetterTopic, assembly.kafka, logger: logger)
        )
        self.settings = settings
        self.manager = manager
        self.notices = NoticeBoard(manager)
        self.reload = reload
        self.logger = logger
    }

    /// Returns the exit code once the worker has stopped.
    ///
    /// A forced stop does not return: it ends the process with code 2 at once, since calls of librdkafka that wait for
    /// a broker cannot be cut short. Nothing is lost by it: what is not committed runs again.
    ///
    /// - Throws: ``StartFailure`` when the admin endpoint cannot listen; nothing has been consumed then.
    package func untilStopped(_ signals: SignalDuty) async throws(StartFailure) -> ExitStatus {
        let admin = AdminServer(self.settings.adminListen, watch: self.watch, logger: self.logger)
        return try await admin.serve {
            await signals.take(over: self.actions)
            // They end with the worker.
            async let _ = self.look()
            async let _ = self.watch.askBrokers()
            async let _ = self.forgetOldSuccesses()
            async let _ = self.assembly.pauses.run()
            return await self.runWorker()
        }
    }

    private var worker: CommandWorker { self.assembly.worker }

    private func runWorker() async -> ExitStatus {
        do {
            try await self.worker.run()
        } catch {
            self.logger.critical("Worker stopped", metadata: [LogKey.error: "\(error)"])
            return Self.status(of: error)
        }
        let counters = self.worker.snapshot.counters
        var facts: Logger.Metadata = ["results": "\(counters.resultCount)", "abandoned": "\(counters.abandoned)"]
        guard counters.cutOff > 0 else {
            self.logger.info("Stopped", metadata: facts)
            return .success
        }
        facts["cut_off"] = "\(counters.cutOff)"
        self.logger.error("Stopped at the end of the drain's budget; what was cut off runs again", metadata: facts)
        return .forcedStop
    }

    /// What Kafka does not permit, and properties that it does not take, have codes of their own.
    private static func status(of error: any Error) -> ExitStatus {
        let cause = if case .kafka(let cause)? = error as? WorkerError { cause } else { error as? KafkaError }
        guard let cause, cause.isOfProperties || cause.isNotPermitted else { return .failure }
        return ExitStatus(cause)
    }

    /// Looks at the worker until the task is cancelled, and tells the service manager what was seen.
    ///
    /// The sleep between two looks feeds nothing: only an answer of the loop does.
    private func look() async {
        // Half of the watchdog's time is what sd_watchdog_enabled(3) advises; a third leaves room for a late answer.
        let interval = min(Self.lookInterval, (self.manager?.watchdog).map { $0 / 3 } ?? Self.lookInterval)
        let start = ContinuousClock.now
        var readiness = ReadinessLog()
        while !Task.isCancelled {
            if let inspection = await self.watch.look(within: Health.longestSilence) {
                self.notices.post { $0.seen(self.watch.view(showing: inspection), inspection) }
            }
            for line in readiness.update(self.watch.view.health, at: .now - start) { self.log(line) }
            try? await Task.sleep(for: interval)
        }
    }

    private func log(_ line: ReadinessLog.Line) {
        switch line {
        case .ready(let time):
            let partitions = self.worker.snapshot.partitions.count
            let facts: Logger.Metadata = [
                LogKey.duration: "\(time.wholeSeconds)s", "partitions": "\(partitions)",
            ]
            self.logger.notice("Ready", metadata: facts)
        case .began(let reason):
            self.logger.warning("Not ready", metadata: [LogKey.reason: "\(reason.word)", "detail": "\(reason.detail)"])
        case .ended(let word, let time):
            self.logger.notice(
                "A reason for not being ready has ended",
                metadata: [LogKey.reason: "\(word.rawValue)", LogKey.duration: "\(time.wholeSeconds)s"]
            )
        }
    }

    private func forgetOldSuccesses() async {
        var isHeldBack = false
        await self.assembly.retention?.run { result in
            switch result {
            case .success(let sweep):
                if sweep.forgotten > 0 {
                    self.logger.info("Old successes forgotten", metadata: [LogKey.count: "\(sweep.forgotten)"])
                }
                if sweep.clockLead > .zero, !isHeldBack {
                    self.logger.warning(
                        "Clock far ahead of the store; old successes are kept as if it were not",
                        metadata: ["clock_lead": "\(sweep.clockLead.wholeSeconds)s"]
                    )
                }
                isHeldBack = sweep.clockLead > .zero
            case .failure(let error):
                self.logger.warning(
                    "Old successes cannot be forgotten now; tried again",
                    metadata: [LogKey.error: "\(error)"]
                )
            }
        }
    }

    private var actions: SignalDuty.Actions {
        SignalDuty.Actions(
            drain: { self.drain() },
            abort: { self.forceStop("Aborted by a second signal") },
            reload: {
                self.notices.post { $0.reloading(monotonic: .sinceBoot) }
                self.watch.reloaded(await self.reload())
                self.notices.post { $0.reloaded() }
            },
            suspend: {
                self.logger.notice("Intake suspended by a signal")
                self.worker.suspend()
            },
            resume: {
                self.logger.notice("Intake resumed by a signal")
                self.worker.resume()
            },
            logInFlight: { await self.logInFlight() },
            wedge: {
                self.logger.critical("The loop is blocked on purpose, by a test hook")
                self.worker.wedge()
            }
        )
    }

    private func drain() {
        let budget = self.settings.drainTimeout
        self.notices.post { $0.stopping(self.worker.snapshot) }
        self.worker.drain(within: budget)
        // What the drain's own deadline cannot end: a broker that does not answer.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(budget.wholeSeconds) + 5)) {
            self.forceStop("The drain took longer than its budget")
        }
    }

    private func logInFlight() async {
        guard let inspection = await self.watch.look(within: .seconds(2)) else {
            self.logger.error("In flight: unknown, the loop does not answer")
            return
        }
        let snapshot = inspection.snapshot
        var facts: Logger.Metadata = [
            LogKey.inFlight: "\(snapshot.inFlight)", "requests": "\(snapshot.requests)",
            "partitions": "\(snapshot.partitions)", "intake_block": "\(snapshot.intakeBlock ?? "none")",
        ]
        for (stage, count) in inspection.stages { facts["stage.\(stage.rawValue)"] = "\(count)" }
        if let oldest = inspection.oldestRecord { facts["oldest_record"] = "\(oldest)" }
        self.logger.notice("In flight", metadata: facts)
    }

    private func forceStop(_ reason: Logger.Message) -> Never {
        let inFlight = self.worker.snapshot.inFlight
        self.logger.critical(
            "\(reason); what was in flight runs again with the next start",
            metadata: [LogKey.inFlight: "\(inFlight)"]
        )
        self.manager?.notify(["STATUS=\(reason): \(inFlight) commands abandoned, they run again with the next start"])
        ProcessEnd.now(.forcedStop)
    }
}

extension Duration {
    /// `CLOCK_MONOTONIC`, which systemd compares `MONOTONIC_USEC` with.
    fileprivate static var sinceBoot: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
