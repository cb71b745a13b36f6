package import CommandWorker
import Kafka
import Records
import Synchronization
import WorkerLogging

/// What came of reading the settings again.
package struct ReloadReport: Sendable, Equatable {
    /// Settings that changed and are in effect.
    package var changed: [String] = []
    /// Settings that changed and need a restart.
    package var needsRestart: [String] = []
    /// Why all of it was refused; empty when it was not.
    package var problems: [String] = []

    /// Whether the settings are in effect, as far as they can be without a restart.
    package var isInEffect: Bool { self.problems.isEmpty }
}

/// Looks at the worker from outside, once a second and on request, and remembers what it saw.
///
/// Everything that is told about the worker comes from here: health, metrics, status, the service manager's notices. It
/// continues when the loop is stuck, and tells then what was last seen.
package final class WorkerWatch: Sendable {
    package struct View: Sendable {
        /// The loop's last answer; `nil` before the first.
        package let inspection: WorkerInspection?
        /// How long ago that was, or since the watch began.
        package let silence: Duration
        let activity: RecentActivity
        let logEnds: [TopicPartition: Int64]
        var lags = LagMemory()
        var reloads = Reloads()

        package var health: Health { Health(self.inspection, silence: self.silence) }
    }

    /// The last reload of this process, and how many there were: whoever asks for one knows by the number whose answer
    /// it reads.
    struct Reloads: Sendable {
        var count = 0
        var last: ReloadReport?
    }

    private struct State {
        var inspection: WorkerInspection?
        var lastAnswer: ContinuousClock.Instant
        var activity = RecentActivity()
        var families = WorkerFamilies()
        var lags = LagMemory()
        var reloads = Reloads()
    }

    private let worker: CommandWorker
    private let registry: MetricsRegistry
    private let logEnds: LogEnds
    private let letters: WaitingLetters
    private let state: Mutex<State>

    /// Begins to watch; the time of silence counts from now.
    package init(_ worker: CommandWorker, registry: MetricsRegistry, logEnds: LogEnds, letters: WaitingLetters) {
        self.worker = worker
        self.registry = registry
        self.logEnds = logEnds
        self.letters = letters
        self.state = Mutex(State(lastAnswer: .now))
    }

    /// Asks the loop, and remembers its answer; `nil` when it did not answer in time.
    @discardableResult
    package func look(_ question: WorkerQuestion = .init(), within patience: Duration) async -> WorkerInspection? {
        guard let inspection = await self.worker.inspect(question, within: patience) else { return nil }
        let ends = self.logEnds.known
        self.state.withLock { state in
            state.inspection = inspection
            state.lastAnswer = .now
            state.activity.add(inspection)
            state.lags.update(inspection, ends, at: .now)
        }
        // No count begins while the brokers are away: it would hold up a stop.
        if !inspection.isCutOff {
            self.letters.refresh(writtenHere: inspection.snapshot.counters.failed.values.reduce(0, +))
        }
        // The consumer does not learn how far these logs have grown.
        let unfetched = inspection.unfetched
        if !unfetched.isEmpty { self.logEnds.refresh(unfetched) }
        return inspection
    }

    /// Asks brokers for what the worker itself does not know: the ends of logs while nothing is fetched, and the dead
    /// letters that wait; until the task is cancelled.
    package func askBrokers() async {
        async let counts: Void = self.letters.run()
        await self.logEnds.run()
        await counts
    }

    package var view: View { self.view(showing: nil) }

    /// What was last seen, with one inspection of several that were made at about the same time.
    func view(showing inspection: WorkerInspection?) -> View {
        let ends = self.logEnds.known.ends
        return self.state.withLock { state in
            View(
                inspection: inspection ?? state.inspection,
                silence: .now - state.lastAnswer,
                activity: state.activity,
                logEnds: ends,
                lags: state.lags,
                reloads: state.reloads
            )
        }
    }

    package func reloaded(_ report: ReloadReport) {
        self.state.withLock { $0.reloads = Reloads(count: $0.reloads.count + 1, last: report) }
    }

    /// Requests to the API by their answer, as `customer_worker_api_requests_total` has them.
    var apiAnswers: [(status: String, count: Int)] { self.registry.counts(of: .apiRequests) }

    /// Every metric of this process.
    package func metrics() -> [MetricFamily] {
        let view = self.view
        let worker = view.inspection.map { inspection in
            self.state.withLock { $0.families.families(inspection, now: .now()) } + view.lags.families(at: .now)
        }
        let hasReloaded = view.reloads.last?.isInEffect ?? true
        let readiness = view.health.families(hold: view.inspection?.hold, hasReloaded: hasReloaded)
        let log = MetricFamily(.logLinesDropped, Double(QueuedLogSink.droppedCount))
        let letters = self.letters.known.map { $0.families(now: .now()) } ?? []
        return readiness + (worker ?? []) + letters + self.registry.families() + [BuildInfo.family, log]
            + ProcessFamilies.read()
    }
}
