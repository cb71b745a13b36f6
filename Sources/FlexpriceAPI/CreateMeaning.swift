public import CustomerContract

/// What an answer to `POST /customers` means: the status first, then the body.
public enum CreateMeaning: Sendable {
    /// 201 with our external_id.
    case created(CustomerDocument)
    /// 409: there is a customer of this external_id, or another unique value stands in the way; a look-up tells.
    case conflict(ErrorBody, isOurs: Bool)
    /// Refused for good, and nobody else's fault.
    case rejected(ErrorBody)
    /// It passes; `reason` is bounded.
    case passing(reason: String)
    /// Everybody's requests would meet it; `reason` is bounded, `message` says what to mend.
    case everybodys(reason: String, message: String)

    /// Reads an answer to the creation of `externalID`.
    public init(_ answer: HTTPAnswer, externalID: ExternalID) {
        switch answer.status {
        case 201:
            self = Self.created(answer, externalID)
        case 200, 202...299:
            // Not what a create answers: sending it again settles what is there.
            self =
                answer.isJSON
                ? .passing(reason: "unexpected_success")
                : .everybodys(
                    reason: "wrong_base_url",
                    message: "status \(answer.status) without JSON: api.host leads to something else than the API"
                )
        case 300...399:
            self = .everybodys(
                reason: "redirect",
                message: "status \(answer.status): redirects are never followed; write api.host as the API wants it"
            )
        case 401:
            self = .everybodys(
                reason: "unauthorized",
                message: "401: the API key is wrong, expired or revoked, or Flexprice cannot reach its database"
            )
        case 403:
            let said = ErrorBody(answer).message ?? "no reason given"
            self = .everybodys(
                reason: "forbidden",
                message: "403 (\(said)): the key needs the role all_writer, and environment_id must be right"
            )
        case 404, 405, 410, 421, 426:
            self = Self.notFound(answer)
        case 408, 425, 429, 500...:
            // Above 599 too: RFC 9110, section 15, has a client treat an invalid status as a 5xx.
            self = .passing(reason: "http_\(answer.status)")
        case 409:
            let body = ErrorBody(answer)
            let theirs = body.details?["external_id"]?.text.map { ExternalID($0) }
            self = .conflict(body, isOurs: theirs == externalID)
        default:
            self = .rejected(ErrorBody(answer))
        }
    }

    private static func created(_ answer: HTTPAnswer, _ externalID: ExternalID) -> CreateMeaning {
        guard let customer = try? JSONParser.parseObject(answer.body) else {
            return .passing(reason: "unreadable_answer")
        }
        guard customer["external_id"]?.text.map({ ExternalID($0) }) == externalID, customer["id"]?.text != nil else {
            return .passing(reason: "another_customer")
        }
        return .created(CustomerDocument(customer))
    }

    /// A 404 in JSON is about something that the command names; any other is about the address.
    private static func notFound(_ answer: HTTPAnswer) -> CreateMeaning {
        let body = ErrorBody(answer)
        guard answer.status == 404, answer.isJSON, body.code == "not_found" || body.details != nil else {
            return .everybodys(
                reason: "wrong_base_url",
                message: "status \(answer.status) without a reason in JSON: api.host is not the API, or lacks /v1"
            )
        }
        return .rejected(body)
    }
}
