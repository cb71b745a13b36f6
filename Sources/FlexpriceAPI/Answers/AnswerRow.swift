/// One row of the ``AnswerTable``: a situation and what it leads to.
package struct AnswerRow: Sendable {
    /// The request that was answered.
    package enum Request: String, Sendable, Hashable, CaseIterable {
        /// `POST /customers`.
        case create
        /// `POST /customers/search`, which settles what another answer leaves open.
        case search
        /// `POST /customers/search` for the customer that is remembered, before it is made again; only with
        /// `idempotency.on_archived: recreate`.
        case archive
        /// `PUT /customers`, which fills a stub or changes a customer that differs.
        case update
        /// `GET /users/me`, which has nothing to do with any command.
        case neutral
    }

    /// What a failure says of other commands.
    package enum Sign: String, Sendable, Hashable, CaseIterable {
        /// Nothing by itself.
        case none = "-"
        /// The API wants fewer requests from all that send with this key.
        case overload
        /// Nothing was sent, since there is no way to the API.
        case unreachable
        /// The request was sent, and no whole answer came back.
        case silence
        /// Every command would meet it.
        case allCommands = "all_commands"
        /// Every command would meet it, unless another one is served meanwhile; the neutral request says nothing of it.
        case unlessServed = "unless_served"
        /// A content filter gives such an answer too: it may concern this command alone.
        case perhapsOne = "perhaps_one"
    }

    /// A fixed name, for tests and people.
    package let id: String
    /// The request that was answered.
    package let request: Request
    /// The condition of the row; it applies if no earlier one does.
    package let situation: AnswerSituation
    /// What it leads to.
    package let decision: AnswerDecision
    /// What it says of other commands.
    package let sign: Sign
    /// The bounded word for logs and metrics; without one it is `http_` and the status.
    let word: String?
    /// What it means that the lookup finds no customer; `nil` where the row leads to none, or to one that decides by
    /// itself.
    package let absence: AnswerSituation.Finding?
    /// Why, and what to change where a change helps.
    package let explanation: String

    init(
        _ request: Request,
        _ id: String,
        _ situation: AnswerSituation,
        _ decision: AnswerDecision,
        _ sign: Sign,
        _ word: String?,
        absent absence: AnswerSituation.Finding?,
        _ explanation: String
    ) {
        self.id = "\(request.rawValue).\(id)"
        self.request = request
        self.situation = situation
        self.decision = decision
        self.sign = sign
        self.word = word
        self.absence = absence
        self.explanation = explanation
    }

    /// The bounded word for an answer of this status.
    package func reason(status: Int?) -> String {
        self.word ?? status.map { Self.word(forStatus: $0) } ?? "no_answer"
    }

    /// The bounded word for a status by itself.
    package static func word(forStatus status: Int) -> String {
        // Above 599 is nothing that a server may send; one word for all of it keeps the words bounded.
        (100...599).contains(status) ? "http_\(status)" : "http_invalid"
    }
}

/// What an answer, or its absence, leads to: a closed set.
package enum AnswerDecision: String, Sendable, Hashable, CaseIterable {
    /// The customer is made: a created result.
    case created
    /// The customer was there and agrees with the command: a created result with outcome `existing`.
    case existing
    /// The customer was there and does not agree: a failed result with `already_exists`.
    case alreadyExists = "already_exists"
    /// The customer that Flexprice made by itself gets the command's fields; the answer to that decides.
    case update
    /// The customer that differs is changed to what the command has: if that succeeds a created result with outcome
    /// `updated`.
    case change
    /// The customer that is remembered is archived: the command's is made again.
    case recreate
    /// The customer that is remembered still exists: a replay or a conflict, as without asking.
    case remembered
    /// The API serves: commands that fail alone meanwhile do so by themselves.
    case served
    /// The customer behind the answer is looked up; what is found decides.
    case lookUp = "look_up"
    /// Flexprice refused the command permanently: a failed result with `rejected`.
    case rejected
    /// A transient failure: sent again after a wait.
    case retry
    /// A transient failure whose request may have been carried out: sent again after a wait, which settles it, and
    /// counted separately.
    case retryInDoubt = "retry_in_doubt"
    /// All callers are asked to slow down: sent again after a wait, before which no command's request is sent.
    case slowDown = "slow_down"
    /// Every command would meet it now: intake pauses, single probes continue, no command fails for it.
    case pause
    /// As ``pause``, and only a change of the configuration ends it.
    case configurationError = "configuration_error"
}
