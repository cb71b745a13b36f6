/// One thing that was looked at before a worker runs, and how it was found.
package struct CheckFinding: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        case fine
        /// It works, and may not do what one expects.
        case warning
        /// A worker would not start, or not do its work; the code is the one that the check ends with.
        case failed(ExitStatus)
        /// Not looked at, since something before it failed or it is not used.
        case skipped
    }

    /// What was looked at, such as `broker` or `topic customer_commands`.
    package let subject: String
    package let state: State
    package let found: String
    /// What to do about it; empty when there is nothing to do.
    package let remedy: String

    package init(_ subject: String, _ state: State, _ found: String, remedy: String = "") {
        self.subject = subject
        self.state = state
        self.found = found
        self.remedy = remedy
    }
}

extension CheckFinding {
    /// A state, what was found, and what to do about it.
    typealias Outcome = (state: State, found: String, remedy: String)

    init(_ subject: String, _ outcome: Outcome) {
        self.init(subject, outcome.state, outcome.found, remedy: outcome.remedy)
    }
}

extension CheckFinding.State: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fine: "ok"
        case .warning: "warning"
        case .failed: "FAILED"
        case .skipped: "skipped"
        }
    }
}

extension [CheckFinding] {
    /// The code that the command ends with: that of the first failure, since later ones may only be its shadow.
    package var status: ExitStatus {
        for case .failed(let status) in self.map(\.state) { return status }
        return .success
    }
}
