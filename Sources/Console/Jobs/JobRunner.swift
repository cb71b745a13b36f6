import HTTPTypes
import Operations
import Records
import Synchronization

/// Plans and performs the jobs of this console, one at a time.
///
/// A process takes a job of its own process for abandoned, so that two at once are refused here.
actor JobRunner {
    enum Phase: Sendable, Hashable {
        /// What it would do is being found out.
        case planning
        /// What it would do is known, and a user is asked.
        case planned
        /// It runs, or is about to.
        case running
        case ended
        /// It could not be planned, or not begin.
        case refused
    }

    struct Job: Sendable {
        /// The name of its page.
        let id: String
        let request: JobRequest
        var phase = Phase.planning
        /// The letters that it would change, once that is known.
        var count: Int?
        var plan: [String] = []
        var isResumed = false
        /// That the count has changed since it was confirmed.
        var remark: String?
        var problem: String?
        var outcome: JobOutcome?
        var isStopping = false
        fileprivate let latest = Latest()

        var progress: JobProgress? { self.latest.value.withLock(\.self) }
        /// Its name in the audit log, once it has one.
        var job: String? { self.outcome?.job ?? self.progress?.job }
    }

    /// The latest progress, which a job tells without waiting for anything.
    fileprivate final class Latest: Sendable {
        let value = Mutex<JobProgress?>(nil)
    }

    private enum Work: Sendable {
        case plan(String)
        case run(String, confirmed: Int)
    }

    /// Jobs that are remembered; the oldest is forgotten first.
    private static let limit = 100
    /// Plans that wait to be made.
    private static let mostWork = 20

    private let plan: @Sendable (JobRequest) async throws -> PlannedJob
    private let changed: @Sendable () -> Void
    private var known: [String: Job] = [:]
    private var order: [String] = []
    private var current: String?
    private var stopping: AsyncStream<Void>.Continuation?
    private var lastNumber = 0
    private let work: AsyncStream<Work>
    private let orders: AsyncStream<Work>.Continuation

    /// - Parameter changed: Is called when a job has changed letters.
    init(
        changed: @escaping @Sendable () -> Void = {},
        _ plan: @escaping @Sendable (JobRequest) async throws -> PlannedJob
    ) {
        self.plan = plan
        self.changed = changed
        (self.work, self.orders) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostWork))
    }

    // MARK: What pages ask

    /// Begins to plan a job.
    ///
    /// - Returns: The name of its page.
    /// - Throws: ``PageError`` 409 while another one runs, 503 when too many are being planned.
    func begin(_ request: JobRequest) throws -> String {
        try self.checkFree()
        self.lastNumber += 1
        let id = "c\(String(UnixMilliseconds.now().value, radix: 36))-\(self.lastNumber)"
        try self.order(.plan(id))
        self.known[id] = Job(id: id, request: request)
        self.order.append(id)
        while self.order.count > Self.limit, let oldest = self.order.first(where: { $0 != self.current }) {
            self.order.removeAll { $0 == oldest }
            self.known[oldest] = nil
        }
        return id
    }

    /// Performs a job that was planned, if it would still change the number of letters that the user has seen.
    ///
    /// - Throws: ``PageError`` 409 while another one runs, and for one that does not wait for this.
    func confirm(_ id: String, count: Int, by user: String) throws {
        try self.checkFree()
        guard let job = self.known[id], job.phase == .planned else {
            throw PageError(.conflict, "this job does not wait for a confirmation; look at its page")
        }
        guard job.request.user == user else {
            throw PageError(.conflict, "\(job.request.user) planned this job; plan it again under your own name")
        }
        try self.order(.run(id, confirmed: count))
        self.current = id
        self.known[id]?.phase = .running
        self.known[id]?.remark = nil
    }

    private func order(_ work: Work) throws(PageError) {
        guard case .enqueued = self.orders.yield(work) else {
            throw PageError(.serviceUnavailable, "\(Self.mostWork) jobs are being planned; wait for one of them")
        }
    }

    /// Stops a job between two transactions.
    func stop(_ name: String) {
        guard let id = self.job(name)?.id, self.current == id else { return }
        self.known[id]?.isStopping = true
        self.stopping?.finish()
    }

    /// A job by the name of its page, or by its name in the audit log.
    func job(_ name: String) -> Job? { self.known[name] ?? self.jobs.first { $0.job == name } }

    /// Every job that is remembered, the newest first.
    var jobs: [Job] { self.order.reversed().compactMap { self.known[$0] } }

    var running: Job? { self.current.flatMap { self.known[$0] } }

    private func checkFree() throws(PageError) {
        guard let running else { return }
        let name = running.job.map { "job \($0)" } ?? "a job that begins"
        let how = running.progress.map { ": \($0.text)" } ?? ""
        let what = "\(running.request.user) runs \(name) (\(running.request.kind.rawValue)\(how))"
        throw PageError(.conflict, "\(what); wait for its end, or stop it")
    }

    // MARK: Running

    /// Plans and performs until the task is cancelled; a job that runs is then stopped between two transactions.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in self.work {
                group.addTask { await self.perform(work) }
            }
        }
    }

    private func perform(_ work: Work) async {
        switch work {
        case .plan(let id):
            guard let request = self.known[id]?.request else { return }
            do {
                self.show(try await self.plan(request), of: id)
            } catch {
                self.refuse(id, error)
            }
        case .run(let id, let confirmed):
            let (stopping, stop) = AsyncStream.makeStream(of: Void.self)
            self.stopping = stop
            if self.known[id]?.isStopping == true { stop.finish() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.execute(id, confirmed) }
                group.addTask { for await _ in stopping {} }
                // The end of the job, or the request to stop it.
                await group.next()
                group.cancelAll()
            }
            (self.current, self.stopping) = (nil, nil)
            self.changed()
        }
    }

    private func execute(_ id: String, _ confirmed: Int) async {
        guard let job = self.known[id] else { return }
        do {
            let planned = try await self.plan(job.request)
            guard planned.count == confirmed else {
                self.show(planned, of: id)
                self.known[id]?.remark =
                    "The number has changed from \(NumberText.count(confirmed)) to \(NumberText.count(planned.count)) "
                    + "since it was confirmed, so nothing was done yet."
                return
            }
            let outcome = try await planned.run { progress in job.latest.value.withLock { $0 = progress } }
            self.known[id]?.outcome = outcome
            self.known[id]?.phase = .ended
        } catch {
            self.refuse(id, error)
        }
    }

    private func show(_ planned: PlannedJob, of id: String) {
        self.known[id]?.phase = .planned
        self.known[id]?.count = planned.count
        self.known[id]?.plan = planned.lines
        self.known[id]?.isResumed = planned.isResumed
        self.known[id]?.isStopping = false
    }

    private func refuse(_ id: String, _ error: any Error) {
        self.known[id]?.phase = .refused
        self.known[id]?.problem =
            error is CancellationError
            ? "It was stopped before it changed anything." : ErrorPages.answer(to: error).sentence
    }
}
