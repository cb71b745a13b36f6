public import CustomerContract
public import FlexpriceAPI

/// The backend that calls the Flexprice API.
///
/// A 409 is settled by looking the customer up: Flexprice's own word on which customer it means is not enough, since a
/// conflict of tax associations has the same status and no customer behind it.
public struct FlexpriceBackend: CustomerBackend {
    /// A read replica may not show yet what the writer has refused to make twice: so an absent customer is looked for again.
    static let lookUpWaits: [Duration] = [
        .zero, .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4),
    ]

    private let client: FlexpriceClient
    private let clock: any Clock<Duration>

    /// - Parameter clock: waits between look-ups.
    public init(client: FlexpriceClient, clock: any Clock<Duration> = ContinuousClock()) {
        self.client = client
        self.clock = clock
    }

    /// Sends one create, and settles a 409 by looking the customer up.
    public func create(_ command: CreateCustomerCommand, attempt: Int) async -> BackendAnswer {
        let exchange = await self.client.createCustomer(
            body: command.encodedBody(),
            requestID: command.context.id.text,
            trace: command.context.trace
        )
        switch exchange {
        case .unanswered(let failure):
            return Self.unanswered(failure)
        case .answered(let answer):
            switch CreateMeaning(answer, externalID: command.externalID) {
            case .created(let customer):
                return .created(.created, customer)
            case .conflict(let body, let isOurs):
                return await self.settle(command, body, isOurs: isOurs)
            case .rejected(let body):
                return .failed(.rejected(status: answer.status, body))
            case .passing(let reason):
                return .transient(
                    reason: reason,
                    failure: .exhausted(reason, status: answer.status, ErrorBody(answer)),
                    after: answer.retryAfter?.wait(from: UnixMilliseconds.now().value)
                )
            case .everybodys(let reason, let message):
                return .systemic(reason: reason, message: message)
            }
        }
    }

    /// Finds out what stands behind a 409.
    private func settle(_ command: CreateCustomerCommand, _ body: ErrorBody, isOurs: Bool) async -> BackendAnswer {
        var lastWasUsable = false
        for wait in Self.lookUpWaits {
            if wait > .zero { try? await self.clock.sleep(for: wait) }
            let exchange = await self.client.searchCustomer(command.externalID, requestID: command.context.id.text)
            guard case .answered(let answer) = exchange else {
                lastWasUsable = false
                continue
            }
            switch SearchMeaning(answer, externalID: command.externalID) {
            case .found(let customer):
                let differing = CustomerComparison.differingFields(of: customer, from: command)
                guard differing.isEmpty else { return .failed(.alreadyExists(customer, differing)) }
                return .created(.existing, CustomerDocument(customer))
            case .absent:
                lastWasUsable = true
            case .unusable:
                lastWasUsable = false
            }
        }
        // Flexprice says that the customer is there, or could not be asked: the write path is the authority, ask again.
        guard lastWasUsable, !isOurs else {
            return .transient(
                reason: "conflict_unsettled",
                failure: .exhausted("conflict_unsettled", status: 409, body),
                after: nil
            )
        }
        return .failed(.rejected(status: 409, body))
    }

    private static func unanswered(_ failure: TransportFailure) -> BackendAnswer {
        switch failure {
        case .notConnected(let text):
            .transient(reason: "not_connected", failure: .exhausted(text, status: nil, nil), after: nil)
        case .notTrusted(let text):
            .systemic(reason: "not_trusted", message: "TLS to api.host failed: \(text)")
        case .interrupted(let text):
            .transient(reason: "unknown_outcome", failure: .exhausted(text, status: nil, nil), after: nil)
        case .tooLong:
            .transient(reason: "answer_too_long", failure: .exhausted("answer too long", status: nil, nil), after: nil)
        case .cancelled:
            .transient(reason: "cancelled", failure: .exhausted("cancelled", status: nil, nil), after: nil)
        }
    }
}

extension CommandFailure {
    static func rejected(status: Int, _ body: ErrorBody) -> CommandFailure {
        CommandFailure(
            code: .rejected,
            message: "Flexprice refused it for good: \(body.message ?? "no reason given")",
            retryable: false,
            httpStatus: status,
            details: Self.details(body)
        )
    }

    static func exhausted(_ reason: String, status: Int?, _ body: ErrorBody?) -> CommandFailure {
        CommandFailure(
            code: .retriesExhausted,
            message: "passing failures outlasted retry.max_elapsed_time, the last one: \(body?.message ?? reason)",
            retryable: true,
            httpStatus: status,
            details: body.flatMap { Self.details($0) }
        )
    }

    static func alreadyExists(_ customer: JSONObject, _ differing: [String]) -> CommandFailure {
        var members: [JSONObject.Member] = [
            .init(name: "differing_fields", value: .array(differing.map { .string($0) }))
        ]
        if let id = customer["id"] { members.append(.init(name: "customer_id", value: id)) }
        return CommandFailure(
            code: .alreadyExists,
            message:
                "Flexprice has a customer of this external_id that does not agree with the command; a create is never "
                + "an update: change the customer through Flexprice, or send the fields as they are there",
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
