package import CustomerContract
package import FlexpriceAPI
import JSON
import Records
package import Tracing

/// The backend that calls the Flexprice API; the ``AnswerTable`` says what an answer leads to.
///
/// A 409 is settled by a lookup of the customer: Flexprice's own word on which customer it means is not enough, since a
/// conflict of tax associations has the same status and no customer behind it. So is a 201 that cannot be read.
package struct FlexpriceBackend: CustomerBackend {
    /// The waits before each lookup: a read replica may not show yet what the writer has refused to make twice.
    static let lookUpWaits: [Duration] = [
        .zero, .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4),
    ]

    private let client: FlexpriceClient
    private let onStub: StubPolicy
    private let onExisting: ExistingPolicy
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - onStub: What to do about a customer that Flexprice made by itself from a usage event.
    ///   - onExisting: What to do about a customer that was there and differs.
    ///   - clock: Waits between lookups.
    package init(
        client: FlexpriceClient,
        onStub: StubPolicy = .fail,
        onExisting: ExistingPolicy = .fail,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.client = client
        self.onStub = onStub
        self.onExisting = onExisting
        self.clock = clock
    }

    /// Sends one create; a 409 is settled by a lookup.
    package func create(
        _ command: CreateCustomerCommand,
        attempt: Int,
        patience: Duration?,
        remembered: CustomerDocument?,
        context: ServiceContext,
        then completion: @escaping @Sendable (FirstAnswer) -> Void
    ) {
        if let remembered {
            // Without an id of Flexprice's there is nothing to ask for.
            guard let id = remembered.id else { return completion(.settled(BackendReply(.unchanged, requests: 0))) }
            return completion(.open { await self.recreate(command, unlessStanding: id, patience, context) })
        }
        self.client.createCustomer(
            body: command.encodedBody(),
            requestID: command.context.id.text,
            trace: command.context.trace,
            patience: patience,
            context: context
        ) { exchange in
            let reading = AnswerReading(exchange, of: .create, externalID: command.externalID)
            let row = reading.row
            if row.decision == .lookUp {
                completion(.open { await self.settle(command, reading) })
            } else {
                completion(.settled(BackendReply(self.answer(to: command, reading, row))))
            }
            return reading.connectionFate
        }
    }

    /// Asks which user the key has.
    package func neutral() async -> NeutralAnswer {
        let reading = AnswerReading(await self.client.currentUser(), of: .neutral, externalID: nil)
        let row = reading.row
        return row.decision == .served ? .answered : .failed(reason: row.reason(status: reading.status))
    }

    /// Makes a customer whose predecessor is archived; asks for that one by its own id, so that no replica that lags
    /// can make an active customer look like an archived one.
    private func recreate(
        _ command: CreateCustomerCommand,
        unlessStanding id: String,
        _ patience: Duration?,
        _ context: ServiceContext
    ) async -> BackendReply {
        let exchange = await self.client.searchArchivedCustomer(id: id, requestID: command.context.id.text)
        let reading = AnswerReading(exchange, of: .archive, externalID: command.externalID)
        let row = reading.row
        guard row.decision == .lookUp else { return BackendReply(self.answer(to: command, reading, row)) }
        let finding: AnswerSituation.Finding = reading.findsArchived(id) ? .archived : .standing
        guard AnswerTable.row(for: finding).decision == .recreate else { return BackendReply(.unchanged) }
        let reply = await self.create(command, attempt: 1, patience: patience, context: context)
        return BackendReply(reply.answer, requests: reply.requests + 1)
    }

    /// Finds out what is behind a 409, or a 201 that could not be read.
    private func settle(_ command: CreateCustomerCommand, _ first: AnswerReading) async -> BackendReply {
        var requests = 1
        for wait in Self.lookUpWaits {
            if wait > .zero { try? await self.clock.sleep(for: wait) }
            requests += 1
            let exchange = await self.client.searchCustomer(command.externalID, requestID: command.context.id.text)
            let reading = AnswerReading(exchange, of: .search, externalID: command.externalID)
            let row = reading.row
            guard row.decision == .lookUp else {
                return BackendReply(self.answer(to: command, reading, row), requests: requests)
            }
            guard let customer = reading.foundCustomer else { continue }
            return await self.compare(command, customer, first, requests: requests)
        }
        let row = AnswerTable.row(for: first.row.absence ?? .absentForeign)
        return BackendReply(self.answer(to: command, first, row), requests: requests)
    }

    /// Decides about the customer that a lookup found.
    private func compare(
        _ command: CreateCustomerCommand,
        _ customer: JSONObject,
        _ first: AnswerReading,
        requests: Int
    ) async -> BackendReply {
        let comparison = CustomerComparison(of: customer, with: command)
        let stub = comparison.agrees ? nil : CustomerStub(customer, for: command)
        let agreeing: AnswerSituation.Finding = first.status == 201 ? .made : .agreeing
        let finding: AnswerSituation.Finding =
            comparison.agrees ? agreeing : stub == nil ? .differing(self.onExisting) : .stub(self.onStub)
        let row = AnswerTable.row(for: finding)
        switch row.decision {
        case .update, .change:
            guard let id = customer["id"]?.stringValue else { break }
            let body = stub?.filling ?? CustomerChange(of: customer, to: command).body
            let exchange = await self.client.updateCustomer(id: id, body, requestID: command.context.id.text)
            let reading = AnswerReading(exchange, of: .update, externalID: command.externalID)
            var answer = self.answer(to: command, reading, reading.row)
            if row.decision == .change, case .created(.existing, let customer, let unverified) = answer {
                answer = .created(.updated, customer, unverified: unverified)
            }
            return BackendReply(answer, requests: requests + 1)
        case .alreadyExists:
            let failure = CommandFailure.alreadyExists(customer, comparison.differing, isStub: stub != nil)
            return BackendReply(.failed(failure), requests: requests)
        case .created, .existing, .recreate, .remembered, .served, .lookUp, .rejected, .retry, .retryInDoubt,
            .slowDown, .pause, .configurationError:
            break
        }
        return BackendReply(self.answer(to: command, first, row, found: customer), requests: requests)
    }

    /// Performs a row's decision.
    private func answer(
        to command: CreateCustomerCommand,
        _ reading: AnswerReading,
        _ row: AnswerRow,
        found: JSONObject? = nil
    ) -> BackendAnswer {
        let reason = row.reason(status: reading.status)
        switch row.decision {
        case .created, .existing:
            guard let customer = found ?? reading.object else { break }
            let document = CustomerDocument(customer)
            if row.decision == .created { return .created(.created, document) }
            let comparison = CustomerComparison(of: customer, with: command)
            // An update is believed when it shows what was sent.
            guard reading.request != .update || comparison.agrees else { break }
            return .created(.existing, document, unverified: comparison.unverified)
        case .rejected:
            return .failed(
                .rejected(status: reading.status, reading.error),
                refusal: reading.status.map {
                    RefusalSignature(status: $0, code: reading.error.code, message: reading.error.message)
                }
            )
        case .pause, .configurationError:
            return .systemic(
                reason: reason,
                message: "\(reading.summary): \(row.explanation)",
                scope: SystemicScope(row.sign)
            )
        case .retry, .retryInDoubt, .slowDown, .lookUp, .update, .change, .alreadyExists, .recreate, .remembered,
            .served:
            break
        }
        return .transient(
            PassingFailure(
                reason: reason,
                message: reading.summary,
                failure: .exhausted(reading.summary, status: reading.status, reading.error),
                after: reading.retryAfter?.wait(from: UnixMilliseconds.now().value),
                isInDoubt: row.decision == .retryInDoubt,
                sign: PassingFailure.Sign(row.sign)
            )
        )
    }
}

extension PassingFailure.Sign {
    fileprivate init(_ sign: AnswerRow.Sign) {
        self =
            switch sign {
            case .overload: .overload
            case .unreachable: .unreachable
            case .silence: .silence
            case .none, .allCommands, .unlessServed, .perhapsOne: .none
            }
    }
}

extension SystemicScope {
    fileprivate init(_ sign: AnswerRow.Sign) {
        self =
            switch sign {
            case .perhapsOne: .perhapsOne
            case .unlessServed: .unlessServed
            case .none, .overload, .unreachable, .silence, .allCommands: .allCommands
            }
    }
}

extension CustomerDocument {
    /// Flexprice's own id of it; `nil` for a document without one.
    fileprivate var id: String? {
        (try? JSONParser.parseObject(self.json))?["id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
}
