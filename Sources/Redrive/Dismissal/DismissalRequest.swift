/// What an operator asks for letters that need no sending back.
package struct DismissalRequest: Sendable {
    /// What is done with the letters.
    package enum Action: String, Sendable, Hashable {
        /// Letters that wait are dismissed.
        case dismiss
        /// Dismissed letters wait again.
        case restore

        /// The letters that it is done with.
        package var state: LetterState {
            switch self {
            case .dismiss: .waiting
            case .restore: .dismissed
            }
        }
    }

    /// What is done.
    package let action: Action
    /// The dead-letter topic.
    package let topic: String
    /// Which dead letters.
    package let selection: Selection
    /// Why, in the operator's words; `nil` for none.
    package let reason: String?
    /// The words that choose, as the operator gave them.
    package let words: [[String]]
    /// The audit log.
    package let auditPath: String

    /// A request with its parts.
    package init(
        _ action: Action,
        topic: String,
        selection: Selection,
        reason: String?,
        words: [[String]],
        auditPath: String
    ) {
        self.action = action
        self.topic = topic
        self.selection = selection
        self.reason = reason
        self.words = words
        self.auditPath = auditPath
    }
}

/// What a dismissal is going to do.
package struct DismissalPlan: Sendable {
    /// Letters that are chosen, by code; an empty code for those without one.
    package private(set) var codes: [String: Int] = [:]
    /// The chosen letters.
    private(set) var letters = LetterSet()
    /// The last job's record when the plan was made.
    let found: JobRecord?

    init(found: JobRecord?) {
        self.found = found
    }

    /// The number of letters that are chosen.
    package var matched: Int { self.letters.count }

    mutating func take(_ code: String?, _ partition: Int32, _ offset: Int64) {
        self.letters.insert(partition, offset)
        self.codes[code ?? "", default: 0] += 1
    }

    /// The sets once it is done, and the pages to be committed for it.
    ///
    /// Letters that were sent back since the plan was made stay as they are.
    func done(_ action: DismissalRequest.Action, to marks: LetterMarks, of topic: String) -> Outcome {
        var chosen = self.letters
        chosen.subtract(marks.sentBack)
        var next = marks
        switch action {
        case .dismiss:
            chosen.subtract(marks.dismissed)
            next.dismissed.formUnion(chosen)
        case .restore:
            next.dismissed.subtract(chosen)
        }
        var pages = next.allPages(of: topic)
        // A page that has become empty is none of all.
        pages.dismissed.merge(next.dismissed.pages(touchedBy: chosen, of: topic)) { $1 }
        return Outcome(changed: chosen, marks: next, pages: pages)
    }

    /// What a dismissal leads to.
    struct Outcome {
        /// The letters whose mark changes.
        let changed: LetterSet
        /// All marks afterwards.
        let marks: LetterMarks
        /// What is committed.
        let pages: LetterMarks.Pages
    }
}
