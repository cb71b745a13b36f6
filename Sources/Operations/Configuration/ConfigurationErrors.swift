/// All mistakes of a configuration at once, in the order in which a person would mend them.
///
/// The process ends with exit code 78 (`EX_CONFIG`) for it; a reload keeps the old settings.
package struct ConfigurationErrors: Error, Sendable, Equatable {
    /// The exit code that stands for it.
    package static let exitCode: Int32 = 78

    /// At least one problem: those of the file by line, then variables and options by name, contradictions where the
    /// setting stands.
    package let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted {
            let (left, right) = ($0.place.order, $1.place.order)
            return left == right ? ($0.key ?? "") < ($1.key ?? "") : left < right
        }
    }
}

extension ConfigurationErrors: CustomStringConvertible {
    /// A headline with the count, then one line a problem.
    package var description: String {
        let headline =
            problems.count == 1 ? "1 problem in the configuration" : "\(problems.count) problems in the configuration"
        return ([headline + ":"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
}
