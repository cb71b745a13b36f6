import JSON
import Records

/// The lookups and the search, which read the replica: it may lag.
extension CustomersAPI {
    /// The published customer of a path's external_id: `GET /v1/customers/external/{id}` and `/lookup/{id}`.
    func lookedUp(_ key: [UInt8]) throws(APIError) -> SimulatedCustomer {
        try self.published(Self.text(key, "Failed to get customer by lookup key"))
    }

    func published(_ externalID: String) throws(APIError) -> SimulatedCustomer {
        guard let found = self.state.customer(externalID: externalID), self.isVisible(found) else {
            throw .notFound("Customer with lookup key \(externalID) was not found", ["lookup_key": externalID])
        }
        return found
    }

    /// The customer of a path's id, archived ones included.
    func customer(_ id: [UInt8]) throws(APIError) -> SimulatedCustomer {
        try self.customer(id: Self.text(id, "Failed to get customer"))
    }

    func customer(id: String) throws(APIError) -> SimulatedCustomer {
        guard let found = self.state.withTable({ $0.customer(id: id) }), self.isVisible(found) else {
            throw .notFound("Customer with ID \(id) was not found", ["customer_id": id])
        }
        return found
    }

    /// `POST /v1/customers/search` and `GET /v1/customers`.
    func search() throws(APIError) -> Answer {
        guard let filter = self.request.searchFilter else { throw .validation("Invalid filter parameters") }
        if let error = filter.error { throw error }
        var found = self.state.withTable { filter.candidates(in: $0) }
            .filter { self.isVisible($0) && filter.accepts($0) }
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

    /// PostgreSQL refuses a parameter that is no UTF-8 or holds U+0000.
    static func text(_ bytes: [UInt8], _ failure: String) throws(APIError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .database(failure) }
        return text
    }

    /// Whether a customer has reached the replica.
    private func isVisible(_ customer: SimulatedCustomer) -> Bool {
        customer.createdAt <= self.configuration.clock.now().advanced(by: .zero - self.plan.replicaLag)
    }
}
