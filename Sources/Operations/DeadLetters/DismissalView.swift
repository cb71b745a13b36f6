package import JSON
package import Redrive

/// What a dismissal or a restore is going to do and has done, as people read it, and as JSON.
package struct DismissalView: Sendable {
    private let request: DismissalRequest
    private let plan: DismissalPlan

    package init(request: DismissalRequest, plan: DismissalPlan) {
        self.request = request
        self.plan = plan
    }

    /// The plan, one sentence a line; ends with a newline.
    package var text: String {
        let what = self.request.action == .dismiss ? "waiting" : "dismissed"
        let count = NumberText.count(self.plan.matched, "\(what) dead letter")
        let head = "\(self.request.topic): \(count) (\(self.request.selection.description)).\n"
        return self.plan.codes.sorted { $0.key < $1.key }.reduce(into: head) { text, entry in
            let code = entry.key.isEmpty ? "without a code" : entry.key.printable
            text += "  \(NumberText.count(entry.value)) \(code)\n"
        }
    }

    /// What is asked before it is done.
    package var question: String {
        let verb = self.request.action == .dismiss ? "Dismiss" : "Restore"
        return "\(verb) \(NumberText.count(self.plan.matched, "dead letter"))?"
    }

    /// What was done.
    ///
    /// - Parameters:
    ///   - job: its name.
    ///   - count: the number of letters that changed.
    package func outcome(job: String, count: Int) -> String {
        let done =
            self.request.action == .dismiss ? "dismissed; «dlq restore» undoes it" : "restored; they wait again"
        return "Job \(job): \(NumberText.count(count)) \(done)."
    }

    /// For scripts: the plan.
    package func json() -> JSONObject {
        JSONObject([
            "topic": .string(self.request.topic), "selection": .string(self.request.selection.description),
            "action": .string(self.request.action.rawValue), "reason": .text(self.request.reason),
            "matched": .integer(self.plan.matched), "codes": .counts(self.plan.codes),
        ])
    }

    /// For scripts: the plan, and what was done.
    package func json(job: String, count: Int) -> JSONObject {
        var outcome = self.json()
        outcome["job"] = .string(job)
        outcome["moved"] = .integer(count)
        return outcome
    }
}
