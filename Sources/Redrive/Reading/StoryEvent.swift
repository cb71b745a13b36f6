import CustomerContract
package import Records

/// One event in the life of a customer's commands, from a topic or the ledger.
package struct StoryEvent: Sendable {
    /// The kinds, in the order of events at one moment.
    package enum Kind: Sendable, Hashable, Comparable {
        /// A command was put on its topic.
        case command
        /// The worker published a result.
        case result
        /// The ledger remembers a success.
        case remembered
        /// The command became a dead letter.
        case deadLetter

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

    package let at: UnixMilliseconds?
    package let kind: Kind
    /// Its record; `nil` for the ledger.
    package let position: RecordPosition?
    /// The record of its command.
    package let command: RecordPosition?
    /// What happened, in one sentence.
    package let text: String
    /// The same in a few words, for a line that names kind and position.
    package let brief: String
    /// What happened without what the API or the worker says of the customer's values, for those who may not see them.
    package let outline: String
    /// More facts for an operator, by name; none of them has a value of the customer's.
    package let facts: [(name: String, value: String)]
    /// What the error says besides, by name: it may quote values of the customer's.
    package let quotes: [(name: String, value: String)]

    package var details: [(name: String, value: String)] { self.facts + self.quotes }
}
