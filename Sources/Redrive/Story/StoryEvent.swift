import CustomerContract
package import Records

/// One thing that happened to a customer's commands, as a topic or the ledger tells it.
package struct StoryEvent: Sendable {
    /// What kind of thing, in the order in which things of one moment happen.
    package enum Kind: Int, Sendable, Hashable, Comparable {
        /// A command was put on its topic.
        case command
        /// The worker published a result.
        case result
        /// The ledger remembers a success.
        case remembered
        /// The command became a dead letter.
        case deadLetter

        /// Orders by what comes first.
        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }

        /// A name for programs and people.
        package var name: String {
            switch self {
            case .command: "command"
            case .result: "result"
            case .remembered: "remembered"
            case .deadLetter: "dead_letter"
            }
        }
    }

    /// When; `nil` when no clock was there.
    package let at: UnixMilliseconds?
    /// What kind of thing.
    package let kind: Kind
    /// Where it stands; `nil` for the ledger.
    package let position: RecordPosition?
    /// The record of the command that it is about.
    package let command: RecordPosition?
    /// What happened, in one sentence.
    package let text: String
    /// What an operator may want to know besides, by name.
    package let details: [(name: String, value: String)]
}
