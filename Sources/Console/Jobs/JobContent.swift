import Operations
import Records
import Redrive

/// What the pages say of jobs to one user: those who see no values do not see the words that may hold some.
struct JobContent {
    let session: Session?
    let seesValues: Bool
    private let now = UnixMilliseconds.now()

    // MARK: A job's page

    /// A job of this console.
    func page(_ job: JobRunner.Job) -> Content {
        let isOperator = self.session?.role == .operator
        var content: Content = [
            "heading": "\(job.request.kind.title) by \(job.request.user)", "selection": self.selection(job.request),
            "planLines": job.phase == .planned || job.phase == .running ? job.plan.map { self.shown($0) } : [],
            "outcome": job.outcome?.lines.map { self.shown($0) } ?? [], "facts": [String](),
        ]
        content["remark"] = job.remark
        var notice: Content?
        switch job.phase {
        case .planning: notice = ["kind": "", "text": "What it would do is being found out.", "again": true]
        case .planned:
            let count = job.count ?? 0
            if count == 0, !job.isResumed {
                notice = ["kind": "warn", "text": "No letter would change, so there is nothing to do."]
            } else if isOperator, self.session?.user == job.request.user {
                notice = ["kind": "", "text": "Nothing was done yet."]
                let resume = "Resume with \(NumberText.count(count, "letter"))"
                content["confirmation"] = [
                    "action": "/jobs/\(job.id)/confirm", "count": count,
                    "label": job.isResumed ? resume : job.request.kind.order(count),
                ]
            } else {
                notice = ["kind": "", "text": "It waits for \(job.request.user) to confirm it."]
            }
        case .running:
            let latest = job.progress
            let stopping = job.isStopping ? "It stops after the transaction that is open." : nil
            let progress: Content = [
                "done": latest?.done ?? 0, "total": max(1, latest?.total ?? job.count ?? 1),
                "text": stopping ?? latest?.text ?? "It begins.",
                "stop": isOperator && !job.isStopping ? "/jobs/\(job.id)/stop" : nil,
            ]
            content["progress"] = progress
        case .ended:
            let isGood = job.outcome?.isGood ?? false
            notice = ["kind": isGood ? "good" : "warn", "text": isGood ? "It is done." : "It has ended."]
        case .refused: notice = ["kind": "bad", "text": self.shown(job.problem ?? "It was refused.")]
        }
        content["notice"] = notice
        return content
    }

    /// A job that only the audit log and the cluster know.
    func page(_ job: JobHistory.Job) -> Content {
        let facts: [(String, String?)] = [
            ("job", job.id), ("began", job.beganAt?.description), ("ended", job.endedAt?.description),
            ("letters", NumberText.count(job.moved)), ("reason", job.reason),
        ]
        let running = "\(job.owner) runs it: \(NumberText.count(job.moved)) sent back so far."
        return [
            "heading": "\(job.title) by \(job.owner)", "selection": self.shown(job.selection),
            "facts": facts.compactMap { name, value in value.map { ["name": name, "value": $0] } },
            "planLines": [String](), "outcome": [String](),
            "notice": [
                "kind": job.state == .running ? "" : job.badge, "text": job.state == .running ? running : job.sentence,
            ],
        ]
    }

    /// The form that resumes a job; `nil` when this user cannot.
    func resume(_ job: JobHistory.Job) -> Content? {
        guard job.isResumable, job.command != nil, self.session?.role == .operator else { return nil }
        return ["action": "/jobs/\(Form.encoded(job.id))/resume"]
    }

    // MARK: Lists

    func row(_ job: JobRunner.Job) -> Content {
        let (state, badge): (String, String) =
            switch job.phase {
            case .planning: ("being planned", "quiet")
            case .planned: ("waits for a confirmation", "warn")
            case .running: ("runs", "good")
            case .ended: ("ended", job.outcome?.isGood == true ? "good" : "warn")
            case .refused: ("refused", "bad")
            }
        return [
            "href": "/jobs/\(job.id)", "kind": job.request.kind.title, "name": job.job ?? job.id, "state": state,
            "badge": badge, "user": job.request.user, "selection": self.selection(job.request),
            "text": job.phase == .running ? job.progress?.text : job.problem.map { self.shown($0) },
        ]
    }

    func row(_ job: JobHistory.Job) -> Content {
        [
            "href": "/jobs/\(Form.encoded(job.id))", "kind": job.title, "name": job.id,
            "state": job.ending.map { "\(job.state.rawValue): \($0.replacing("_", with: " "))" } ?? job.state.rawValue,
            "badge": job.badge, "moved": NumberText.count(job.moved), "user": job.owner,
            "selection": self.shown(job.selection), "reason": job.reason,
            "began": job.beganAt.map { Figures.moment($0, now: self.now) },
        ]
    }

    func line(_ line: JobBoard.AuditLine) -> Content {
        [
            "at": line.at, "action": line.action, "user": line.user,
            // The words of a command change and choose letters by what they hold.
            "details": line.details.filter { self.seesValues || $0.name != "command" }
                .map { ["name": $0.name, "value": self.shown($0.value)] },
            "job": line.job.map { ["href": "/jobs/\(Form.encoded($0))", "name": $0] },
        ]
    }

    private func selection(_ request: JobRequest) -> String {
        self.shown((try? request.words.selection.selection().description) ?? "")
    }

    /// A sentence that may name a selection: one by a header's value is not for all eyes.
    private func shown(_ text: String) -> String {
        self.seesValues || !text.contains("header ") ? text : "(hidden: it names values of headers)"
    }
}

extension JobRequest.Kind {
    var title: String {
        switch self {
        case .redrive: "Redrive"
        case .dismiss: "Dismissal"
        case .restore: "Restoring"
        }
    }
}

extension JobHistory.Job {
    var title: String { JobRequest.Kind(rawValue: self.kind)?.title ?? self.kind }

    /// Whether the same words continue it.
    var isResumable: Bool { self.kind == "redrive" && (self.state == .paused || self.state == .abandoned) }

    var badge: String {
        switch self.state {
        case .running: "good"
        case .paused, .abandoned: "warn"
        case .ended: self.ending == nil || self.ending == "finished" ? "quiet" : "warn"
        case .lost: "quiet"
        }
    }

    var sentence: String {
        switch self.state {
        case .running: "It runs."
        case .paused: "It was stopped and can be resumed; what was sent back is not sent again."
        case .abandoned: "The process that ran it is gone; it can be resumed, and what was sent back is not sent again."
        case .ended: self.ending.map { "It has ended: \($0.replacing("_", with: " "))." } ?? "It has ended."
        case .lost: "The audit log has no end of it, and another job came after it."
        }
    }
}
