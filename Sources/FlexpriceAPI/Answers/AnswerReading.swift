public import CustomerContract

/// What came of one request, read once: the row that it falls under, and what its body says.
public struct AnswerReading: Sendable {
    /// The request.
    public let request: AnswerRow.Request
    /// The status; `nil` without an answer.
    public let status: Int?
    /// What the server asked to wait.
    public let retryAfter: RetryAfter?
    /// The body, if it is one JSON object.
    public let object: JSONObject?
    /// Why there was no answer.
    public let failure: TransportFailure?
    private let isJSON: Bool
    private let externalID: ExternalID

    /// Reads what came of a request about `externalID`.
    public init(_ exchange: Exchange, of request: AnswerRow.Request, externalID: ExternalID) {
        self.request = request
        self.externalID = externalID
        switch exchange {
        case .answered(let answer):
            self.status = answer.status
            self.isJSON = answer.isJSON
            self.retryAfter = answer.retryAfter
            self.object = try? JSONParser.parseObject(answer.body)
            self.failure = nil
        case .unanswered(let failure):
            self.status = nil
            self.isJSON = false
            self.retryAfter = nil
            self.object = nil
            self.failure = failure
        }
    }

    /// The row of the ``AnswerTable``.
    public var row: AnswerRow { AnswerTable.row(for: self) }

    /// What the body says of an error.
    public var error: ErrorBody { ErrorBody(self.object) }

    /// The status and the words of the answer, or why there was none: one phrase for people.
    public var summary: String {
        let said = self.failure?.text ?? self.error.message
        let what = self.status.map { "status \($0)" } ?? "no answer"
        return "\(what)\(said.map { " (\($0))" } ?? "")"
    }

    /// The customer of exactly our external_id that a search found.
    public var foundCustomer: JSONObject? {
        guard case .array(let items)? = self.object?["items"] else { return nil }
        return items.lazy.compactMap(\.object).first { self.isOurs($0) }
    }

    func fits(_ situation: AnswerSituation) -> Bool {
        switch situation {
        case .answer(let statuses, let body):
            guard let status = self.status, statuses.contains(where: { $0.contains(status) }) else { return false }
            return self.fits(body)
        case .noAnswer(let kind):
            return self.failure?.kind == kind
        case .lookedUp:
            return false
        }
    }

    private func fits(_ body: AnswerSituation.Body) -> Bool {
        switch body {
        case .any: true
        case .ourCustomer: self.object.map { self.isOurs($0) && $0["id"]?.text != nil } ?? false
        case .object: self.object != nil
        case .json: self.isJSON
        case .flexpriceError: self.error.isFlexprices
        case .namedResource: self.isJSON && (self.error.code == "not_found" || self.error.details != nil)
        case .namesOurID: self.error.details.map { self.isOurs($0) } ?? false
        case .searchPage: if case .array? = self.object?["items"] { true } else { false }
        }
    }

    private func isOurs(_ object: JSONObject) -> Bool {
        object["external_id"]?.text.map { ExternalID($0) } == self.externalID
    }
}
