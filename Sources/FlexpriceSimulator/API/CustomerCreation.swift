import Records

/// `POST /v1/customers`.
///
/// The order of the server: bind, validate, one transaction of the insert and the tax associations, commit, answer. The
/// index decides about duplicates inside the transaction, so of any number of simultaneous creates one succeeds.
struct CustomerCreation {
    let configuration: SimulatorConfiguration
    let state: SimulatorState
    let environmentID: String

    func answer(
        _ request: IncomingRequest,
        _ plan: FaultPlan,
        _ connection: ClientConnection
    ) async throws(APIError) -> Answer {
        guard let create = request.createRequest else { throw .invalidFormat }
        if let error = create.error { throw error }
        // A client that hangs up before the commit cancels the request's context, which rolls the transaction back.
        guard await connection.stays(for: plan.delayBeforeCommit, configuration.clock) else { return .dropped }
        let customer = try insert(create, plan.decisive)
        guard await connection.stays(for: plan.delayAfterCommit, configuration.clock) else { return .dropped }
        return answer(customer, plan.decisive)
    }

    private func insert(_ create: CreateCustomerRequest, _ fault: Fault?) throws(APIError) -> SimulatedCustomer {
        switch fault {
        case .internalError: throw .unexpected
        case .panic: throw .panic
        case .databaseError: throw .database("Failed to create customer")
        case .constraintViolation:
            throw .alreadyExists(
                "Failed to create customer",
                details: [("external_id", create.externalID), ("email", create.email)]
            )
        default: break
        }
        let customer = customer(create)
        guard let stored = StoredColumns.fit(customer) else { throw .database("Failed to create customer") }
        let check = taxError(create, fault, customerID: customer.id)
        switch state.create(stored, stubFirst: fault == .workflowStub, check: check) {
        case .inserted: return customer
        case .duplicate: throw .duplicate(externalID: create.externalID)
        case .failed(let error): throw error
        }
    }

    /// What linking the tax rates answers; any of it rolls the customer back.
    private func taxError(_ create: CreateCustomerRequest, _ fault: Fault?, customerID: String) -> APIError? {
        let overrides = create.taxRateOverrides ?? []
        switch fault {
        case .unknownTaxRate: return unknownTaxRate(overrides.first?.code ?? "")
        case .inactiveTaxRate: return .validation("Tax rate is not active")
        case .deletedTaxRate:
            return .notFound(
                "Taxrate with ID taxrate_deleted was not found",
                details: [("taxrate_id", "taxrate_deleted")]
            )
        case .taxAssociationConflict: return taxAssociationConflict(customerID: customerID)
        default: break
        }
        // Columns that nothing checks before the insert.
        if overrides.contains(where: { ($0.priority ?? 0) > Int(Int32.max) || $0.currency.unicodeScalars.count > 100 })
        {
            return .database("Failed to create tax association")
        }
        var linked = Set<ExactText>()
        for override in overrides {
            guard configuration.taxRateCodes.contains(override.code) else { return unknownTaxRate(override.code) }
            guard linked.insert(ExactText(override.code)).inserted else {
                return taxAssociationConflict(customerID: customerID)
            }
        }
        return nil
    }

    private func unknownTaxRate(_ code: String) -> APIError {
        .notFound("Taxrate with code \(code) was not found", details: [("taxrate_code", code)])
    }

    private func taxAssociationConflict(customerID: String) -> APIError {
        .alreadyExists(
            "Tax association with this entity id and tax rate id already exists",
            details: [("entity_id", customerID), ("entity_type", "customer")]
        )
    }

    private func customer(_ create: CreateCustomerRequest) -> SimulatedCustomer {
        let now = configuration.clock.now()
        return SimulatedCustomer(
            id: "cust_" + ULID.make(at: now),
            externalID: create.externalID,
            name: create.name,
            email: create.email,
            contact: create.contact,
            address: create.address,
            timezone: create.timezone.isEmpty ? "UTC" : create.timezone,
            environmentID: environmentID,
            tenantID: configuration.tenantID,
            createdAt: now,
            updatedAt: now,
            userID: configuration.userID,
            storedMetadata: create.metadata
        )
    }

    private func answer(_ customer: SimulatedCustomer, _ fault: Fault?) -> Answer {
        var shown = customer
        var status = 201
        switch fault {
        case .dropAfterCommit: return .dropped
        case .panicAfterCommit: return APIError.panic.answer(legacy: false)
        case .edge(let edge, true): return edge.answer(at: configuration.clock.now())
        case .okInsteadOfCreated: status = 200
        case .otherExternalID(let id): shown.externalID = id
        default: break
        }
        return .json(status: status) { shown.write(to: &$0, times: .nanoseconds) }
    }
}
