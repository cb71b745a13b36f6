/// One mistake in the configuration, with all that is needed to fix it without looking anything up.
package struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The setting, dotted; nil where the file as a whole is wrong.
    package let key: String?
    /// The line, variable or option to change.
    package let place: SettingOrigin
    /// What is there; never a secret's value.
    package let found: String
    /// What would be right, with bounds.
    package let expected: String
    /// The nearest known key, for a key that is not known.
    package var nearest: String?

    /// One line: key, place, found, expected, nearest key.
    package var description: String {
        let subject = self.key.map { "\($0) (\(self.place))" } ?? "\(self.place)"
        let hint = self.nearest.map { "; did you mean \($0)?" } ?? ""
        return "\(subject): found \(self.found); expected \(self.expected)\(hint)"
    }
}

/// All mistakes of a configuration at once, in the order in which a person would fix them.
///
/// The process ends with exit code 78 (`EX_CONFIG`) for it; a reload keeps the old settings.
package struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one problem: those of the file by line, then variables and options by name, contradictions at the place
    /// of the setting.
    package let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted {
            let (left, right) = ($0.place.order, $1.place.order)
            return left == right ? ($0.key ?? "") < ($1.key ?? "") : left < right
        }
    }

    /// A headline with the count, then one line a problem.
    package var description: String {
        let headline =
            "\(self.problems.count) \(self.problems.count == 1 ? "problem" : "problems") in the configuration:"
        return ([headline] + self.problems.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// A remark about the configuration that does not keep the worker from starting.
package struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
    package let key: String
    package let place: SettingOrigin
    /// What is unwise, and what to do.
    package let remark: String

    package var description: String { "\(key) (\(place)): \(remark)" }
}
