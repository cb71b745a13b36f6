/// One row of the ``AnswerTable``: a situation and what it leads to.
public struct AnswerRow: Sendable {
    /// Which request was answered.
    public enum Request: String, Sendable, Hashable, CaseIterable {
        /// `POST /customers`.
        case create
        /// `POST /customers/search`, behind a 409.
        case search
        /// `PUT /customers`, behind a stub.
        case update
    }

    /// A name that stays, for tests and for people.
    public let id: String
    /// The request that was answered.
    public let request: Request
    /// When the row applies, if no earlier one does.
    public let situation: AnswerSituation
    /// What it leads to.
    public let decision: AnswerDecision
    /// The bounded word for logs and metrics; without one it is `http_` and the status.
    let word: String?
    /// Why, and what to mend where there is something to mend.
    public let explanation: String

    init(
        _ request: Request,
        _ id: String,
        _ situation: AnswerSituation,
        _ decision: AnswerDecision,
        word: String? = nil,
        _ explanation: String
    ) {
        self.id = "\(request.rawValue).\(id)"
        self.request = request
        self.situation = situation
        self.decision = decision
        self.word = word
        self.explanation = explanation
    }

    /// The bounded word for an answer of this status.
    public func reason(status: Int?) -> String {
        self.word ?? status.map { Self.word(forStatus: $0) } ?? "no_answer"
    }

    /// The bounded word for a status by itself.
    public static func word(forStatus status: Int) -> String {
        // Above 599 is nothing that a server may send; one word for all of it keeps the words bounded.
        (100...599).contains(status) ? "http_\(status)" : "http_invalid"
    }

    /// Whether a content filter in front of the API gives such an answer too, to what one request holds.
    public var isPerhapsOneCommands: Bool {
        // A 403, a wrong base URL that answers with 200, 202 or 405: an AWS WAF's block, challenge and captcha, and an F5's page.
        self.word == "forbidden" || self.id == "create.not_the_api" || self.id == "create.wrong_base_url"
    }
}
