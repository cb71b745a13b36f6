/// Why a dead letter stays where it is.
package enum LeftReason: Error, Sendable, Hashable {
    /// It has been sent back so often that once more would not help.
    case lapsSpent
    /// No header says where it came from, and no `--to` says where it should go.
    case noSource
    /// The topic that it came from does not exist.
    case noSuchTopic
    /// It would go to a topic where a command has no business.
    case forbiddenTopic
    /// The worker wrote it without its value, which the broker would not take.
    case valueDropped
    /// Its value is not a JSON object, so there is nothing to mend.
    case notMendable
    /// The broker or the client refused the record itself.
    case refused(String)

    /// A few words for a table, bounded.
    package var text: String {
        switch self {
        case .lapsSpent: "sent back too often (--max-laps)"
        case .noSource: "no header names its topic (use --to)"
        case .noSuchTopic: "its topic does not exist (use --to)"
        case .forbiddenTopic: "its topic is not one for commands (use --to)"
        case .valueDropped: "it was written without its value, which is too large"
        case .notMendable: "its value is not a JSON object"
        case .refused(let name): "the broker refused it: \(name)"
        }
    }

    /// A name for programs, bounded.
    package var name: String {
        switch self {
        case .lapsSpent: "laps_spent"
        case .noSource: "no_source"
        case .noSuchTopic: "no_such_topic"
        case .forbiddenTopic: "forbidden_topic"
        case .valueDropped: "value_dropped"
        case .notMendable: "not_mendable"
        case .refused: "refused"
        }
    }
}
