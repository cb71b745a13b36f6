/// Which dead letters are meant by what became of them.
package enum LetterState: String, Sendable, Hashable, CaseIterable {
    /// Not sent back yet.
    case waiting
    /// Sent back by some job.
    case redriven
    /// Both.
    case all

    /// Whether a letter is meant.
    package func includes(isSentBack: Bool) -> Bool {
        switch self {
        case .waiting: !isSentBack
        case .redriven: isSentBack
        case .all: true
        }
    }
}
