import Records

/// `POST /v1/customers`.
///
/// The order of the server: bind, validate, one transaction of the insert and the tax associations, commit, answer. The
/// index decides about duplicates inside the transaction, so of any number of simultaneous creates one succeeds.
extension CustomersAPI {
    func create() async throws(APIError) -> Answer {
        guard let create = self.request.createRequest else { throw .invalidFormat }
        if let error = create.error { throw error }
        // A client that hangs up before the commit cancels the request's context, which rolls the transaction back.
        let clock = self.configuration.clock
        guard await self.connection.stays(for: self.plan.delayBeforeCommit, clock) else { return .dropped }
        var shown = try self.insert(create)
        guard await self.connection.stays(for: self.plan.delayAfterCommit, clock) else { return .dropped }
        switch self.plan.decisive {
        case .plain(.dropAfterCommit): return .dropped
        case .plain(.panicAfterCommit): throw .panic
        case .edge(let edge, true): return edge.answer(at: clock.now())
        case .otherExternalID(let id): shown.texts[.externalID] = id
        default: break
        }
        let status = self.plan.decisive == .plain(.okInsteadOfCreated) ? 200 : 201
        return .json(status: status, shown.json(isEcho: true))
    }

    private func insert(_ create: CustomerRequest) throws(APIError) -> SimulatedCustomer {
        let now = self.configuration.clock.now()
        let customer = SimulatedCustomer(create.texts, metadata: create.metadata, at: now)
        switch self.plan.decisive {
        case .plain(.internalError): throw .unexpected
        case .plain(.panic): throw .panic
        case .plain(.databaseError): throw .database("Failed to create customer")
        case .plain(.constraintViolation):
            throw .alreadyExists(
                "Failed to create customer",
                ["external_id": customer.externalID, "email": customer[.email]]
            )
        default: break
        }
        guard let stored = customer.stored else { throw .database("Failed to create customer") }
        let error = self.state.create(
            stored,
            stubFirst: self.plan.decisive == .plain(.workflowStub),
            duplicate: .alreadyExists(
                "A customer with this identifier already exists",
                ["external_id": customer.externalID]
            ),
            check: self.taxError(create, customerID: customer.id)
        )
        if let error { throw error }
        return customer
    }

    /// What linking the tax rates answers; any of it rolls the customer back.
    private func taxError(_ create: CustomerRequest, customerID: String) -> APIError? {
        let overrides = create.taxRateOverrides
        let conflict = APIError.alreadyExists(
            "Tax association with this entity id and tax rate id already exists",
            ["entity_id": customerID, "entity_type": "customer"]
        )
        func unknown(_ code: String) -> APIError {
            .notFound("Taxrate with code \(code) was not found", ["taxrate_code": code])
        }
        switch self.plan.decisive {
        case .plain(.unknownTaxRate): return unknown(overrides.first?.code ?? "")
        case .plain(.inactiveTaxRate): return .validation("Tax rate is not active")
        case .plain(.deletedTaxRate):
            return .notFound("Taxrate with ID taxrate_deleted was not found", ["taxrate_id": "taxrate_deleted"])
        case .plain(.taxAssociationConflict): return conflict
        default: break
        }
        // Columns that nothing checks before the insert.
        if overrides.contains(where: { $0.priority > Int(Int32.max) || $0.currency.unicodeScalars.count > 100 }) {
            return .database("Failed to create tax association")
        }
        var linked = Set<ExactText>()
        for override in overrides {
            guard self.configuration.taxRateCodes.contains(override.code) else { return unknown(override.code) }
            guard linked.insert(ExactText(override.code)).inserted else { return conflict }
        }
        return nil
    }
}
