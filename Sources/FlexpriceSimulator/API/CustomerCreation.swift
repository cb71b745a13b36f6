import Records

/// `POST /v1/customers`.
///
/// The order of the server: bind, validate, one transaction of the insert and the tax associations, commit, answer. The
/// index decides about duplicates inside the transaction, so of any number of simultaneous creates one succeeds.
struct CustomerCreation {
    let state: SimulatorState
    let plan: FaultPlan
    let connection: ClientConnection
    let environmentID: String

    func answer(_ request: IncomingRequest) async throws(APIError) -> Answer {
        guard let create = request.createRequest else { throw .invalidFormat }
        if let error = create.error { throw error }
        // A client that hangs up before the commit cancels the request's context, which rolls the transaction back.
        let clock = self.state.configuration.clock
        guard await self.connection.stays(for: self.plan.delayBeforeCommit, clock) else { return .dropped }
        let customer = try self.insert(create)
        guard await self.connection.stays(for: self.plan.delayAfterCommit, clock) else { return .dropped }
        var shown = customer
        var status = 201
        switch self.plan.decisive {
        case .dropAfterCommit: return .dropped
        case .panicAfterCommit: throw .panic
        case .edge(let edge, true): return edge.answer(at: clock.now())
        case .okInsteadOfCreated: status = 200
        case .otherExternalID(let id): shown.texts[.externalID] = id
        default: break
        }
        return .json(status: status, shown.json(isEcho: true))
    }

    private func insert(_ create: CustomerRequest) throws(APIError) -> SimulatedCustomer {
        let customer = SimulatedCustomer(
            create.texts,
            metadata: create.metadata,
            environmentID: self.environmentID,
            self.state.configuration
        )
        switch self.plan.decisive {
        case .internalError: throw .unexpected
        case .panic: throw .panic
        case .databaseError: throw .database("Failed to create customer")
        case .constraintViolation:
            throw .alreadyExists(
                "Failed to create customer",
                [("external_id", customer.externalID), ("email", customer[.email])]
            )
        default: break
        }
        guard let stored = customer.stored else { throw .database("Failed to create customer") }
        let check = self.taxError(create, customerID: customer.id)
        switch self.state.create(stored, stubFirst: self.plan.decisive == .workflowStub, check: check) {
        case .inserted: return customer
        case .duplicate:
            throw .alreadyExists(
                "A customer with this identifier already exists",
                [("external_id", customer.externalID)]
            )
        case .failed(let error): throw error
        }
    }

    /// What linking the tax rates answers; any of it rolls the customer back.
    private func taxError(_ create: CustomerRequest, customerID: String) -> APIError? {
        let overrides = create.taxRateOverrides
        let conflict = APIError.alreadyExists(
            "Tax association with this entity id and tax rate id already exists",
            [("entity_id", customerID), ("entity_type", "customer")]
        )
        func unknown(_ code: String) -> APIError {
            .notFound("Taxrate with code \(code) was not found", [("taxrate_code", code)])
        }
        switch self.plan.decisive {
        case .unknownTaxRate: return unknown(overrides.first?.code ?? "")
        case .inactiveTaxRate: return .validation("Tax rate is not active")
        case .deletedTaxRate:
            return .notFound("Taxrate with ID taxrate_deleted was not found", [("taxrate_id", "taxrate_deleted")])
        case .taxAssociationConflict: return conflict
        default: break
        }
        // Columns that nothing checks before the insert.
        if overrides.contains(where: { $0.priority > Int(Int32.max) || $0.currency.unicodeScalars.count > 100 }) {
            return .database("Failed to create tax association")
        }
        var linked = Set<ExactText>()
        for override in overrides {
            guard self.state.configuration.taxRateCodes.contains(override.code) else { return unknown(override.code) }
            guard linked.insert(ExactText(override.code)).inserted else { return conflict }
        }
        return nil
    }
}
