/// Updates (`PUT /v1/customers`) and deletions (`DELETE /v1/customers/{id}`), whose look-up reads the replica too.
struct CustomerChanges {
    let reads: CustomerReads
    let clock: SimulatorClock

    /// Changes the customer of the path's or the query's `id`, or of the query's `external_customer_id`.
    func update(id: [UInt8]?, _ request: IncomingRequest) throws(APIError) -> Answer {
        guard let update = UpdateCustomerRequest(body: request.body) else { throw .invalidFormat }
        let customerID = try customerID(id, request.target)
        if let error = update.error { throw error }
        var customer = try reads.customer(id: customerID)
        guard update.apply(to: &customer) else { throw .panic }
        if let error = customer.address.byteLimitError { throw error }
        customer.updatedAt = clock.now()
        guard let stored = StoredColumns.fit(customer) else { throw .database("Failed to update customer") }
        guard reads.state.update(stored) else {
            throw .alreadyExists(
                "A customer with this identifier already exists",
                details: [("external_id", customer.externalID), ("email", customer.email)]
            )
        }
        return .json { customer.write(to: &$0, times: .nanoseconds) }
    }

    /// Archives the customer, which frees its external id.
    func delete(_ id: [UInt8]) throws(APIError) -> Answer {
        let customer = try reads.customer(id: reads.text(id, "Failed to get customer"))
        guard reads.state.archive(id: customer.id) else { throw .notFound("Customer does not exist") }
        return Answer(status: 204)
    }

    private func customerID(_ pathID: [UInt8]?, _ target: RequestTarget) throws(APIError) -> String {
        var id = target.parameter("id") ?? ""
        if let pathID { id = try reads.text(pathID, "Failed to get customer") }
        let externalID = target.parameter("external_customer_id") ?? ""
        if id.isEmpty, externalID.isEmpty {
            throw .validation(
                "Provide id as query parameter (?id=...) or provide external_customer_id as query parameter "
                    + "(?external_customer_id=...)"
            )
        }
        guard !externalID.isEmpty else { return id }
        let customer = try reads.published(externalID)
        guard id.isEmpty || id == customer.id else {
            throw .validation(
                "Providing either id or external_customer_id is sufficient. But when providing both, ensure both "
                    + "identifiers refer to the same customer."
            )
        }
        return customer.id
    }
}

extension UpdateCustomerRequest {
    /// Applies what was sent; false where the server panics, which it answers with an empty 500.
    ///
    /// The server means to keep the former external id in the metadata, but writes the new one there, and it panics
    /// when the customer has no metadata to write into.
    fileprivate func apply(to customer: inout SimulatedCustomer) -> Bool {
        if let externalID, !externalID.utf8.elementsEqual(customer.externalID.utf8) {
            guard var kept = customer.storedMetadata else { return false }
            let former = kept["old_external_ids"] ?? ""
            kept["old_external_ids"] = former.isEmpty ? externalID : former + "," + externalID
            customer.storedMetadata = kept
            customer.externalID = externalID
        }
        if let name { customer.name = name }
        if let email { customer.email = email }
        if let contact { customer.contact = contact }
        if let addressLine1 { customer.address.line1 = addressLine1 }
        if let addressLine2 { customer.address.line2 = addressLine2 }
        if let addressCity { customer.address.city = addressCity }
        if let addressState { customer.address.state = addressState }
        if let addressPostalCode { customer.address.postalCode = addressPostalCode }
        if let addressCountry { customer.address.country = addressCountry }
        if let timezone { customer.timezone = timezone }
        if let metadata { customer.storedMetadata = metadata }
        return true
    }
}
