import CommandWorker
import Operations
import Records
import Redrive
import Settings

struct JobRequest: Sendable {
    enum Kind: String, Sendable {
        case redrive
        case dismiss
        case restore

        func order(_ count: Int) -> String {
            let letters = NumberText.count(count, "letter")
            return switch self {
            case .redrive: "Send \(letters) back"
            case .dismiss: "Dismiss \(letters)"
            case .restore: "Restore \(letters)"
            }
        }
    }

    let kind: Kind
    /// Which letters, and how they are changed.
    let words: JobWords
    /// Who asks; the audit log gets the name.
    let user: String
    /// Why; for dismissals.
    var reason: String?
    /// Records a second; `nil` for no bound.
    var rate: Double? = 100
    /// Letters that are sent first.
    var canary = 0
    /// Failures at which it stops.
    var maximumFailures: Int?
    /// How often a command is sent back at most.
    var maximumLaps = ReturnRoute.usualLaps
    /// Whether an abandoned job is left behind.
    var takesOver = false

    init(_ kind: Kind, _ words: JobWords, by user: String) {
        self.kind = kind
        self.words = words
        self.user = user
    }
}

/// A job as it would be performed now.
struct PlannedJob: Sendable {
    let count: Int
    /// What would be done, one sentence each.
    let lines: [String]
    /// Whether it continues a job that was stopped.
    let isResumed: Bool
    let run: @Sendable (_ show: @escaping @Sendable (JobProgress) -> Void) async throws -> JobOutcome
}

struct JobProgress: Sendable, Hashable {
    /// Its name in the audit log.
    let job: String
    let done: Int
    let total: Int
    /// What is said of it: the number, the rate, the time left.
    let text: String
}

struct JobOutcome: Sendable, Hashable {
    /// Its name in the audit log.
    let job: String
    let lines: [String]
    /// Whether all letters changed that should.
    let isGood: Bool
}

struct JobPlanner: Sendable {
    let cluster: ClusterSettings

    /// Finds out what would be done; nothing is changed.
    ///
    /// - Throws: `OptionMistake`, `RedriveRequest.Refusal`, and what the operations throw.
    func plan(_ request: JobRequest) async throws -> PlannedJob {
        let owner = JobRecord.Owner(console: request.user)
        return switch request.kind {
        case .redrive: try await self.redrive(request, owner)
        case .dismiss: try await self.dismissal(.dismiss, request, owner)
        case .restore: try await self.dismissal(.restore, request, owner)
        }
    }

    private func redrive(_ request: JobRequest, _ owner: JobRecord.Owner) async throws -> PlannedJob {
        let worker = self.cluster.settings.worker
        var asked = RedriveRequest(
            topic: worker.deadLetterTopic,
            selection: try request.words.selection.selection(),
            words: request.words.words,
            rules: self.cluster.rules,
            resultTopic: worker.resultTopic,
            originalsPath: self.cluster.originalsPath,
            auditPath: self.cluster.auditPath
        )
        asked.destination = request.words.destination
        asked.edits = try request.words.commandEdits()
        asked.isForced = request.words.isForced
        asked.maximumLaps = request.maximumLaps
        asked.takesOver = request.takesOver
        asked.settings.rate = request.rate
        asked.settings.canary = request.canary
        asked.settings.maximumFailures = request.maximumFailures
        let operation = try RedriveOperation(asked, self.cluster.client, owner: owner)
        let plan = try await operation.plan()
        return PlannedJob(
            count: plan.sendable,
            lines: Self.lines(plan.text(asked)),
            isResumed: plan.resumed != nil
        ) { show in
            let (ending, progress) = try await operation.run(plan) { progress in
                let news = progress.news
                show(JobProgress(job: progress.job, done: news.done, total: news.total ?? news.done, text: news.text))
            }
            let isGood = ending == .finished && progress.counts.leftCount + progress.counts.failedAgainCount == 0
            return JobOutcome(job: progress.job, lines: Self.lines(progress.text(ending)), isGood: isGood)
        }
    }

    private func dismissal(
        _ action: Dismissal.Action,
        _ request: JobRequest,
        _ owner: JobRecord.Owner
    ) async throws -> PlannedJob {
        let dismissal = try Dismissal(
            action,
            topic: self.cluster.settings.worker.deadLetterTopic,
            selection: try request.words.selection.selection(),
            reason: request.reason,
            words: request.words.words,
            auditPath: self.cluster.auditPath,
            self.cluster.client,
            owner: owner
        )
        let plan = try await dismissal.plan()
        return PlannedJob(count: plan.matched, lines: Self.lines(plan.text(dismissal)), isResumed: false) { _ in
            let done = try await dismissal.run(plan)
            return JobOutcome(job: done.job, lines: Self.lines(action.outcome(done)), isGood: true)
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { String($0.drop { $0 == " " }) }
    }
}
