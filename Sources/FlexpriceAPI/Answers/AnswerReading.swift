package import CustomerContract
package import JSON

/// What came of one request, read once: the row that it falls under, and what its body says.
package struct AnswerReading: Sendable {
    /// The request.
    package let request: AnswerRow.Request
    /// The status; `nil` without an answer.
    package let status: Int?
    /// What the server asked to wait.
    package let retryAfter: RetryAfter?
    /// The body, if it is one JSON object or can be read as one.
    package let object: JSONObject?
    /// Why there was no answer.
    package let failure: TransportFailure?
    private let body: [UInt8]
    private let isJSON: Bool
    private let externalID: ExternalID?

    /// Reads what came of a request about `externalID`, or about none.
    package init(_ exchange: Exchange, of request: AnswerRow.Request, externalID: ExternalID?) {
        self.request = request
        self.externalID = externalID
        switch exchange {
        case .answered(let answer):
            self.status = answer.status
            self.body = answer.body
            self.isJSON = answer.isJSON
            self.retryAfter = answer.retryAfter
            self.object = AnswerText.object(answer.body)
            self.failure = nil
        case .unanswered(let failure):
            self.status = nil
            self.body = []
            self.isJSON = false
            self.retryAfter = nil
            self.object = nil
            self.failure = failure
        }
    }

    /// The row of the ``AnswerTable``.
    package var row: AnswerRow { AnswerTable.row(for: self) }

    /// What the body says of an error.
    package var error: ErrorBody { ErrorBody(self.object) }

    /// The status and the words of the answer, or why there was none: one phrase for people.
    package var summary: String {
        let said = self.failure?.text ?? self.error.message
        let what = self.status.map { "status \($0)" } ?? "no answer"
        return "\(what)\(said.map { " (\($0))" } ?? "")"
    }

    /// The customer of exactly our external_id that a search found; one that is archived is none.
    package var foundCustomer: JSONObject? {
        guard case .array(let items)? = self.object?["items"] else { return nil }
        return items.lazy.compactMap(\.object).first { self.isOurCustomer($0) }
    }

    /// Whether a search found the customer of this id of Flexprice's own, archived.
    package func findsArchived(_ id: String) -> Bool {
        guard case .array(let items)? = self.object?["items"] else { return false }
        return items.lazy.compactMap(\.object).contains { item in
            self.isOurs(item) && item["id"]?.text == id && item["status"]?.text.map(Self.goneStatuses.contains) == true
        }
    }

    /// Whether the answer is about another customer, and so was meant for another request.
    package var isAboutAnother: Bool {
        guard let object = self.object else { return false }
        if case .array(let items)? = object["items"] {
            return !items.isEmpty && items.allSatisfy { $0.object.map { self.namesAnother($0) } ?? false }
        }
        return self.namesAnother(object)
    }

    /// What becomes of the connection that the answer came on.
    package var connectionFate: ConnectionFate { self.isAboutAnother ? .closed : .kept }

    func fits(_ situation: AnswerSituation) -> Bool {
        switch situation {
        case .answer(let statuses, let body):
            guard let status = self.status, statuses.contains(where: { $0.contains(status) }) else { return false }
            return self.fits(body)
        case .proxy(let statuses):
            guard case .refusedByProxy(let status)? = self.failure else { return false }
            return statuses.contains { $0.contains(status) }
        case .noAnswer(let kind):
            return self.failure?.kind == kind
        case .lookedUp:
            return false
        }
    }

    private func fits(_ body: AnswerSituation.Body) -> Bool {
        switch body {
        case .any: true
        case .empty: self.body.isEmpty
        case .ourCustomer: self.object.map { self.isOurCustomer($0) } ?? false
        case .anotherCustomer: self.isAboutAnother
        case .json: self.isJSON
        case .accessRefusal: self.isAccessRefusal
        case .flexpriceError: self.error.isFlexprices
        case .namedResource: self.isJSON && (self.error.code == "not_found" || self.error.details != nil)
        case .namesOurID: self.error.details.map { self.isOurs($0) } ?? false
        case .wantsTLS: self.wantsTLS
        case .searchPage: if case .array? = self.object?["items"] { true } else { false }
        }
    }

    private func isOurs(_ object: JSONObject) -> Bool {
        guard let externalID = self.externalID, let text = object["external_id"]?.text else { return false }
        return ExternalID(text) == externalID
    }

    private func isOurCustomer(_ object: JSONObject) -> Bool {
        guard self.isOurs(object), let id = object["id"]?.text, (1...255).contains(id.utf8.count) else { return false }
        return object["status"]?.text.map { !Self.goneStatuses.contains($0) } ?? true
    }

    private func namesAnother(_ object: JSONObject) -> Bool {
        guard let externalID = self.externalID else { return false }
        let places = [object, object["details"]?.object, object["error"]?.object?["details"]?.object]
        return places.contains { place in
            place?["external_id"]?.text.map { ExternalID($0) != externalID } ?? false
        }
    }

    /// A gateway's 403 may be JSON as well: only Flexprice's own words say that it is about rights.
    private var isAccessRefusal: Bool {
        guard self.isJSON, let object = self.object else { return false }
        if object["error"]?.text == "Access denied" || self.error.code == "permission_denied" { return true }
        return object["message"]?.text.map(Self.wordsOfRights.contains) ?? false
    }

    private static let wordsOfRights: Set<String> = ["insufficient permissions", "tenant account is suspended"]

    private static let goneStatuses: Set<String> = ["archived", "deleted"]

    /// What nginx, Go, Apache and others say on a port that speaks TLS to a request in plain text.
    private var wantsTLS: Bool {
        guard !self.isJSON, self.body.count < 16_384 else { return false }
        let text = String(decoding: self.body, as: UTF8.self).lowercased()
        return Self.wordsOfTLSPorts.contains { text.contains($0) }
    }

    private static let wordsOfTLSPorts = [
        "http request was sent to https port", "http request to an https server", "plain http to an ssl-enabled",
        "requires tls", "http request to https port",
    ]
}
