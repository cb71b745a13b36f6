package import JSON
package import Redrive

/// What a dismissal or a restore is going to do and has done, as people read it, and as JSON.
extension DismissalPlan {
    /// The plan, one sentence a line; ends with a newline.
    package func text(_ dismissal: Dismissal) -> String {
        let what = dismissal.action == .dismiss ? "waiting" : "dismissed"
        let count = NumberText.count(self.matched, "\(what) dead letter")
        let head = "\(dismissal.topic): \(count) (\(dismissal.selection.description)).\n"
        return self.codes.sorted { $0.key < $1.key }.reduce(into: head) { text, entry in
            let code = entry.key.isEmpty ? "without a code" : entry.key.printable
            text += "  \(NumberText.count(entry.value)) \(code)\n"
        }
    }

    /// For scripts: the plan, and what was done once it is.
    package func json(_ dismissal: Dismissal, done: (job: String, count: Int)? = nil) -> JSONObject {
        var object = JSONObject([
            "topic": .string(dismissal.topic), "selection": .string(dismissal.selection.description),
            "action": .string(dismissal.action.rawValue), "reason": .text(dismissal.reason),
            "matched": .integer(self.matched), "codes": .counts(self.codes),
        ])
        if let done {
            object["job"] = .string(done.job)
            object["moved"] = .integer(done.count)
        }
        return object
    }
}

extension Dismissal.Action {
    /// What is asked before it is done.
    package func question(_ count: Int) -> String {
        "\(self == .dismiss ? "Dismiss" : "Restore") \(NumberText.count(count, "dead letter"))?"
    }

    /// What was done: the job's name, and the number of letters that changed.
    package func outcome(_ done: (job: String, count: Int)) -> String {
        let what = self == .dismiss ? "dismissed; «dlq restore» undoes it" : "restored; they wait again"
        return "Job \(done.job): \(NumberText.count(done.count)) \(what)."
    }
}
