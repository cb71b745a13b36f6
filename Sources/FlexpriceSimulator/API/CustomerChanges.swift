import Records

/// Updates (`PUT /v1/customers`) and deletions (`DELETE /v1/customers/{id}`), whose lookup reads the replica too.
struct CustomerChanges {
    let reads: CustomerReads

    /// Changes the customer of the path's or the query's `id`, or of the query's `external_customer_id`.
    func update(_ request: IncomingRequest) throws(APIError) -> Answer {
        guard let update = CustomerRequest(request.body, of: .update) else { throw .invalidFormat }
        let id = try self.customerID(request)
        if let error = update.error { throw error }
        var customer = try self.reads.customer(id: id)
        try self.apply(update, to: &customer)
        if let error = CustomerField.byteLimitError(in: customer.texts) { throw error }
        customer.updatedAt = self.reads.state.configuration.clock.now()
        guard let stored = customer.stored else { throw .database("Failed to update customer") }
        guard self.reads.state.update(stored) else {
            throw .alreadyExists(
                "A customer with this identifier already exists",
                [("external_id", customer.externalID), ("email", customer[.email])]
            )
        }
        return .json(customer.json(isEcho: true))
    }

    /// Archives the customer, which frees its external_id.
    func delete(_ id: [UInt8]) throws(APIError) -> Answer {
        let customer = try self.reads.customer(id: self.reads.text(id, "Failed to get customer"))
        guard self.reads.state.archive(id: customer.id) else { throw .notFound("Customer does not exist") }
        return Answer(status: 204)
    }

    private func customerID(_ request: IncomingRequest) throws(APIError) -> String {
        var id = request.target.parameter("id") ?? ""
        if !request.route.parameter.isEmpty {
            id = try self.reads.text(request.route.parameter, "Failed to get customer")
        }
        let externalID = request.target.parameter("external_customer_id") ?? ""
        if id.isEmpty, externalID.isEmpty {
            throw .validation(
                "Provide id as query parameter (?id=...) or provide external_customer_id as query parameter "
                    + "(?external_customer_id=...)"
            )
        }
        guard !externalID.isEmpty else { return id }
        let customer = try self.reads.published(externalID)
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
    private func apply(_ update: CustomerRequest, to customer: inout SimulatedCustomer) throws(APIError) {
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
