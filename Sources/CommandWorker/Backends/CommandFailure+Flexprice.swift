import CustomerContract
import FlexpriceAPI
import JSON

/// What a command fails with at Flexprice.
extension CommandFailure {
    static func rejected(status: Int?, _ body: ErrorBody) -> CommandFailure {
        CommandFailure(
            code: .rejected,
            message: "Flexprice refused it for good: \(body.message ?? "no reason given")",
            retryable: false,
            httpStatus: status,
            details: Self.details(body)
        )
    }

    static func exhausted(_ what: String, status: Int?, _ body: ErrorBody) -> CommandFailure {
        CommandFailure(
            code: .retriesExhausted,
            message: "retried for retry.max_elapsed_time without success; the last attempt: \(what)",
            retryable: true,
            httpStatus: status,
            details: Self.details(body)
        )
    }

    static func alreadyExists(_ customer: JSONObject, _ differing: [String], isStub: Bool) -> CommandFailure {
        var members: [JSONObject.Member] = [
            .init(name: "differing_fields", value: .array(differing.map { .string($0) }))
        ]
        if let id = customer["id"] { members.append(.init(name: "customer_id", value: id)) }
        if isStub { members.append(.init(name: "created_by_workflow", value: .bool(true))) }
        return CommandFailure(
            code: .alreadyExists,
            message: isStub
                ? "Flexprice made a customer of this external_id by itself from a usage event, "
                    + "without the command's fields; api.on_stub: update fills such customers, "
                    + "existing takes them as they are"
                : "Flexprice has a customer of this external_id that does not agree with the command; "
                    + "a create is no update: change the customer through Flexprice, "
                    + "send the fields as they are there, or set api.on_existing: update",
            retryable: false,
            httpStatus: 409,
            details: JSONObject(members)
        )
    }

    private static func details(_ body: ErrorBody) -> JSONObject? {
        var members: [JSONObject.Member] = []
        if let code = body.code { members.append(.init(name: "code", value: .string(code))) }
        if let message = body.message { members.append(.init(name: "message", value: .string(message))) }
        if let details = body.details { members.append(.init(name: "details", value: .object(details))) }
        return members.isEmpty ? nil : JSONObject(members)
    }
}
