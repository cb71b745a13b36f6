import JSON
import Records

/// The lookups and the search, which read the replica: it may lag.
struct CustomerReads {
    let state: SimulatorState
    let environmentID: String
    /// What was created later has not reached the replica.
    let visibleUntil: UnixNanoseconds

    /// `GET /v1/customers/external/{id}` and `/lookup/{id}`: published customers only.
    func lookup(_ key: [UInt8]) throws(APIError) -> Answer {
        .json(try self.published(self.text(key, "Failed to get customer by lookup key")).json(isEcho: false))
    }

    /// `GET /v1/customers/{id}`, archived ones too.
    func get(_ id: [UInt8]) throws(APIError) -> Answer {
        .json(try self.customer(id: self.text(id, "Failed to get customer")).json(isEcho: false))
    }

    /// The entitlements or subscriptions of a customer, always empty here.
    ///
    /// An id with a slash in it can lead a lookup to this other resource.
    func related(_ key: [UInt8]) throws(APIError) -> Answer {
        let customer = try self.published(self.text(key, "Failed to get customer by lookup key"))
        return .json(.members(["customer_id": .string(customer.id), "features": .array([])]))
    }

    /// `POST /v1/customers/search` and `GET /v1/customers`; nil is a filter that could not be bound.
    func search(_ filter: SearchFilter?) throws(APIError) -> Answer {
        guard let filter else { throw .validation("Invalid filter parameters") }
        if let error = filter.error { throw error }
        var found: [SimulatedCustomer] = []
        if let status = filter.wantedStatus {
            let wanted = filter.wantedExternalIDs
            found = self.state.candidates(wanted, status, environmentID: self.environmentID).filter { customer in
                self.isVisible(customer) && filter.accepts(customer)
                    && wanted?.contains(ExactText(customer.externalID)) ?? true
            }
        }
        let isAscending = filter.order == "asc"
        found.sort { isAscending ? $0.createdAt < $1.createdAt : $1.createdAt < $0.createdAt }
        let page = found.dropFirst(filter.offset).prefix(filter.limit)
        return .json(
            .members([
                "items": .array(page.map { $0.json(isEcho: false) }),
                "pagination": .members([
                    "total": .integer(found.count), "limit": .integer(filter.limit),
                    // The server answers with the offset of the next page. A sum beyond 64 bits wraps in Go too.
                    "offset": .integer(filter.offset &+ filter.limit),
                ]),
            ])
        )
    }

    func published(_ externalID: String) throws(APIError) -> SimulatedCustomer {
        let found = self.state.customer(externalID: externalID, environmentID: self.environmentID)
        guard let found, self.isVisible(found) else {
            throw .notFound("Customer with lookup key \(externalID) was not found", [("lookup_key", externalID)])
        }
        return found
    }

    func customer(id: String) throws(APIError) -> SimulatedCustomer {
        guard let found = self.state.customer(id: id, environmentID: self.environmentID), self.isVisible(found) else {
            throw .notFound("Customer with ID \(id) was not found", [("customer_id", id)])
        }
        return found
    }

    /// PostgreSQL refuses a parameter that is no UTF-8 or holds U+0000.
    func text(_ bytes: [UInt8], _ failure: String) throws(APIError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .database(failure) }
        return text
    }

    private func isVisible(_ customer: SimulatedCustomer) -> Bool {
        customer.environmentID == self.environmentID && customer.createdAt <= self.visibleUntil
    }
}
