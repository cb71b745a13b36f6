package import CustomerContract

/// Why a dead letter stays where it is.
package enum LeftReason: Error, Sendable, Hashable {
    /// It has been sent back as often as ``ReturnRoute/maximumLaps`` allows.
    case lapsSpent
    /// No header names its topic, and no `--to` gives one.
    case noSource
    case noSuchTopic
    /// Its topic is not one for commands.
    case forbiddenTopic
    /// The worker wrote it without its value, which the broker refused.
    case valueDropped
    /// Its value is not a JSON object, so it cannot be edited.
    case notEditable
    /// It breaks the rules for commands, and so would fail again with this code.
    case wouldFail(ErrorCode)
    /// The broker or the client refused the record itself.
    case refused(String)

    /// A name for programs, bounded.
    package var name: String { self.words.name }

    /// A few words for a table.
    package var brief: String { self.words.brief }

    /// A sentence with what to do, bounded.
    package var text: String { self.words.text }

    private var words: (name: String, brief: String, text: String) {
        switch self {
        case .lapsSpent: ("laps_spent", "sent back too often", "sent back too often (--max-laps)")
        case .noSource: ("no_source", "no topic known", "no header names its topic (use --to)")
        case .noSuchTopic:
            ("no_such_topic", "no such topic", "the topic that it would go to does not exist (use --to)")
        case .forbiddenTopic:
            (
                "forbidden_topic", "no topic for commands",
                "the topic that it would go to is not one for commands (use --to)"
            )
        case .valueDropped: ("value_dropped", "value lost", "it was written without its value, which is too large")
        case .notEditable: ("not_mendable", "no JSON object", "its value is not a JSON object")
        case .wouldFail(let code):
            (
                "would_fail_again", "would fail again (\(code.rawValue))",
                "certain to fail again with \(code.rawValue), against the rules for commands (edit, or --force)"
            )
        case .refused(let name): ("refused", "refused", "the broker refused it: \(name)")
        }
    }

    /// Whether it is known before anything is sent, and so is no failure of the job.
    var isForeseen: Bool {
        switch self {
        case .lapsSpent, .wouldFail: true
        case .noSource, .noSuchTopic, .forbiddenTopic, .valueDropped, .notEditable, .refused: false
        }
    }
}

extension [LeftReason: Int] {
    /// The numbers by the reasons' names, of which several reasons may share one.
    package var byName: [String: Int] {
        [String: Int](self.map { ($0.key.name, $0.value) }, uniquingKeysWith: +)
    }
}
