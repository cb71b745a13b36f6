import HTTPTypes
import Operations
import Redrive
import Synchronization
import Testing

@testable import Console

/// Planning, confirming, running and stopping, with jobs that touch nothing.
@Suite(.timeLimit(.minutes(1))) struct JobRunnerTests {
    /// Jobs whose count, and whose end, the test decides.
    private final class Fake: Sendable {
        private let counts: Mutex<[Int]>
        /// Ends the run.
        let ending: AsyncStream<Void>.Continuation
        private let ends: AsyncStream<Void>
        let ran = Mutex(0)

        init(counts: [Int]) {
            self.counts = Mutex(counts)
            (self.ends, self.ending) = AsyncStream.makeStream()
        }

        func plan(_ request: JobRequest) async throws -> PlannedJob {
            if request.words.selection.codes == ["refused"] { throw RedriveRequest.Refusal.overtaken }
            let count = self.counts.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            return PlannedJob(count: count, lines: ["\(count) go"], isResumed: false) { show in
                self.ran.withLock { $0 += 1 }
                show(JobProgress(job: "lx-1", done: 2, total: count, text: "2 of \(count) sent back"))
                for await _ in self.ends {}
                let isStopped = Task.isCancelled
                return JobOutcome(job: "lx-1", lines: ["Done."], isGood: !isStopped)
            }
        }
    }

    private static func request(by user: String = "alice", codes: [String] = []) -> JobRequest {
        var words = JobWords()
        words.selection.codes = codes
        return JobRequest(.redrive, words, by: user)
    }

    private static func withRunner(
        _ counts: [Int],
        _ body: (JobRunner, Fake) async throws -> Void
    ) async throws {
        let fake = Fake(counts: counts)
        let runner = JobRunner { try await fake.plan($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            try await body(runner, fake)
            group.cancelAll()
        }
    }

    /// Waits for a job to come so far.
    private static func wait(
        _ runner: JobRunner,
        _ id: String,
        _ condition: (JobRunner.Job) -> Bool
    ) async throws -> JobRunner.Job {
        while true {
            let job = try #require(await runner.job(id))
            if condition(job) { return job }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `a job is planned, confirmed with its count, and shows its progress and its end`() async throws {
        try await Self.withRunner([7]) { runner, fake in
            let id = try await runner.begin(Self.request())
            let planned = try await Self.wait(runner, id) { $0.phase == .planned }
            #expect(planned.count == 7 && planned.plan == ["7 go"])
            #expect(fake.ran.withLock { $0 } == 0)
            try await runner.confirm(id, count: 7, by: "alice")
            let running = try await Self.wait(runner, id) { $0.progress != nil }
            #expect(running.phase == .running && running.job == "lx-1")
            #expect(await runner.job("lx-1")?.id == id)
            fake.ending.finish()
            let ended = try await Self.wait(runner, id) { $0.phase == .ended }
            #expect(ended.outcome?.isGood == true)
            while await runner.running != nil { await Task.yield() }
        }
    }

    @Test func `a count that has changed since is shown again, and nothing is done`() async throws {
        try await Self.withRunner([7, 8]) { runner, fake in
            let id = try await runner.begin(Self.request())
            _ = try await Self.wait(runner, id) { $0.phase == .planned }
            try await runner.confirm(id, count: 7, by: "alice")
            let job = try await Self.wait(runner, id) { $0.phase == .planned }
            #expect(job.count == 8)
            #expect(job.remark?.hasPrefix("The number has changed from 7 to 8") == true)
            #expect(fake.ran.withLock { $0 } == 0)
            while await runner.running != nil { await Task.yield() }
            try await runner.confirm(id, count: 8, by: "alice")
            _ = try await Self.wait(runner, id) { $0.progress != nil }
            fake.ending.finish()
        }
    }

    @Test func `while one runs a second is refused with the sentence that names it, and who confirms is who planned`()
        async throws
    {
        try await Self.withRunner([7]) { runner, fake in
            let id = try await runner.begin(Self.request())
            let other = try await runner.begin(Self.request(by: "bob"))
            _ = try await Self.wait(runner, id) { $0.phase == .planned }
            _ = try await Self.wait(runner, other) { $0.phase == .planned }
            await #expect(throws: PageError.self) { try await runner.confirm(id, count: 7, by: "bob") }
            try await runner.confirm(id, count: 7, by: "alice")
            _ = try await Self.wait(runner, id) { $0.progress != nil }
            let sentence = "alice runs job lx-1 (redrive: 2 of 7 sent back); wait for its end, or stop it"
            for attempt in 0..<2 {
                let busy = await #expect(throws: PageError.self) {
                    if attempt == 0 {
                        _ = try await runner.begin(Self.request(by: "bob"))
                    } else {
                        try await runner.confirm(other, count: 7, by: "bob")
                    }
                }
                #expect(busy?.description == sentence && busy?.status == .conflict)
            }
            // Nor is one confirmed twice.
            await #expect(throws: PageError.self) { try await runner.confirm(id, count: 7, by: "alice") }
            fake.ending.finish()
        }
    }

    @Test func `a job is stopped, and the console's own stop stops it too`() async throws {
        try await Self.withRunner([7]) { runner, _ in
            let id = try await runner.begin(Self.request())
            _ = try await Self.wait(runner, id) { $0.phase == .planned }
            try await runner.confirm(id, count: 7, by: "alice")
            _ = try await Self.wait(runner, id) { $0.progress != nil }
            await runner.stop("lx-1")
            let job = try await Self.wait(runner, id) { $0.phase == .ended }
            #expect(job.outcome?.isGood == false && job.isStopping)
        }
        try await Self.withRunner([7]) { runner, _ in
            let id = try await runner.begin(Self.request())
            _ = try await Self.wait(runner, id) { $0.phase == .planned }
            try await runner.confirm(id, count: 7, by: "alice")
            _ = try await Self.wait(runner, id) { $0.progress != nil }
            // The end of the scope cancels the runner, which ends only with its job: without that the test hangs.
        }
    }

    @Test func `why a job cannot be planned is its page's sentence`() async throws {
        try await Self.withRunner([7]) { runner, _ in
            let id = try await runner.begin(Self.request(codes: ["refused"]))
            let job = try await Self.wait(runner, id) { $0.phase == .refused }
            #expect(job.problem == RedriveRequest.Refusal.overtaken.description)
            await #expect(throws: PageError.self) { try await runner.confirm(id, count: 7, by: "alice") }
        }
    }
}
