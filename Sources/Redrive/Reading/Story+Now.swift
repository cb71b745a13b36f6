import CustomerContract
package import Records

extension Story {
    /// The state of what a story is about: the one fact that an operator acts on.
    package enum State: Sendable, Hashable {
        /// A command has no result yet.
        case unanswered
        /// Dead letters wait; one that a redrive would leave, or would send in vain, comes before others.
        case letter(RecordPosition, isSendable: Bool)
        case created
        /// The last command failed, and no dead letter of it waits.
        case failed
        /// A command is done, and its result is not here.
        case done
        case unknown
    }

    package var state: State {
        if self.unanswered.contains(where: { !$0.isDone }) { return .unanswered }
        if let letter = self.decisiveLetter {
            return .letter(letter.position, isSendable: self.hindrance(of: letter) == nil)
        }
        if self.isRemembered { return .created }
        if let lastResult { return lastResult.succeeded ? .created : .failed }
        return self.unanswered.isEmpty ? .unknown : .done
    }

    /// The state in one sentence.
    ///
    /// - Parameter isOutline: whether what a rule says of the customer's values is left out.
    package func waitsFor(isOutline: Bool = false) -> String {
        switch self.state {
        case .unanswered: self.unanswered.first { !$0.isDone }?.text ?? ""
        case .letter: self.decisiveLetter.map { self.sentence(about: $0, isOutline: isOutline) } ?? ""
        case .created: "nothing waits: the customer exists"
        case .failed:
            "nothing waits: the last result is \(self.lastResult?.code ?? "a failure"), and a new command would run"
        case .done: self.unanswered.first?.text ?? ""
        case .unknown: "nothing is known of it: look whether brokers, topics and store are the right ones"
        }
    }

    private var decisiveLetter: WaitingLetter? {
        self.waitingLetters.last { self.hindrance(of: $0) != nil } ?? self.waitingLetters.last
    }

    private func sentence(about letter: WaitingLetter, isOutline: Bool) -> String {
        let count = self.waitingLetters.count
        let which = count == 1 ? "the dead letter \(letter.position) waits" : "\(count) dead letters wait"
        let of = count == 1 ? "" : "\(letter.position) "
        guard let hindrance = self.hindrance(of: letter, isOutline: isOutline) else {
            return "\(which): a redrive sends \(count == 1 ? "it" : "them") back"
        }
        return "\(which): \(of)\(hindrance)"
    }

    /// Why a redrive of a letter as it is would be in vain; `nil` when it may succeed.
    private func hindrance(of letter: WaitingLetter, isOutline: Bool = false) -> String? {
        if let failure = letter.verdict.failure {
            let reason = isOutline ? "" : ", since \(failure.message)"
            return "would fail again with \(failure.code.rawValue)\(reason)"
        }
        if case .failure(let reason) = letter.verdict.outcome { return "stays: \(reason.text)" }
        guard self.isRemembered else { return nil }
        let conflict = ErrorCode.idempotencyConflict.rawValue
        return letter.kind == conflict ? "would fail again with \(conflict), since the ledger has the customer" : nil
    }
}
