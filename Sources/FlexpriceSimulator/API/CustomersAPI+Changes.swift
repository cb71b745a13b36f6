import Records

/// Updates (`PUT /v1/customers`) and deletions (`DELETE /v1/customers/{id}`), whose lookup reads the replica too.
extension CustomersAPI {
    /// Changes the customer of the path's or the query's `id`, or of the query's `external_customer_id`.
    func update() throws(APIError) -> Answer {
        guard let update = CustomerRequest(self.request.body, of: .update) else { throw .invalidFormat }
        let id = try self.updatedID()
        if let error = update.error { throw error }
        var customer = try self.customer(id: id)
        try Self.apply(update, to: &customer)
        if let error = CustomerField.byteLimitError(in: customer.texts) { throw error }
        customer.updatedAt = self.configuration.clock.now()
        guard let stored = customer.stored else { throw .database("Failed to update customer") }
        guard self.state.withTable({ $0.update(stored) }) else {
            throw .alreadyExists(
                "A customer with this identifier already exists",
                ["external_id": customer.externalID, "email": customer[.email]]
            )
        }
        return .json(customer.json(isEcho: true))
    }

    /// Archives the customer, which frees its external_id.
    func delete() throws(APIError) -> Answer {
        let customer = try self.customer(self.request.route.parameter)
        guard self.state.archive(id: customer.id) else { throw .notFound("Customer does not exist") }
        return Answer(status: 204)
    }

    private func updatedID() throws(APIError) -> String {
        let target = self.request.target
        var id = target.parameter("id") ?? ""
        if !self.request.route.parameter.isEmpty {
            id = try Self.text(self.request.route.parameter, "Failed to get customer")
        }
        let externalID = target.parameter("external_customer_id") ?? ""
        if id.isEmpty, externalID.isEmpty {
            throw .validation(
                "Provide id as query parameter (?id=...) or provide external_customer_id as query parameter "
                    + "(?external_customer_id=...)"
            )
        }
        guard !externalID.isEmpty else { return id }
        let customer = try self.published(externalID)
        guard id.isEmpty || id == customer.id else {
            throw .validation(
                "Providing either id or external_customer_id is sufficient. But when providing both, ensure both "
                    + "identifiers refer to the same customer."
            )
        }
        return customer.id
    }

    /// Applies what was sent.
    ///
    /// The server means to keep the former external_id in the metadata, but writes the new one there, and it panics
    /// when the customer has no metadata to write into.
    private static func apply(_ update: CustomerRequest, to customer: inout SimulatedCustomer) throws(APIError) {
        if let externalID = update.texts[.externalID], !externalID.hasSameBytes(as: customer.externalID) {
            guard var kept = customer.metadata else { throw .panic }
            let name = ExactText("old_external_ids")
            let former = kept[name] ?? ""
            kept[name] = former.isEmpty ? externalID : former + "," + externalID
            customer.metadata = kept
        }
        customer.texts.merge(update.texts) { $1 }
        if let metadata = update.metadata { customer.metadata = metadata }
    }
}
