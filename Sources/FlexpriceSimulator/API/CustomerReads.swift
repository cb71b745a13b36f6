import JSON
import Records

/// The look-ups and the search, which read the replica: it may lag.
struct CustomerReads {
    let state: SimulatorState
    let environmentID: String
    /// What was created later has not reached the replica.
    let visibleUntil: UnixNanoseconds

    /// `GET /v1/customers/external/{id}` and `/lookup/{id}`: published customers only.
    func lookup(_ key: [UInt8]) throws(APIError) -> Answer {
        answer(try published(text(key, "Failed to get customer by lookup key")))
    }

    /// `GET /v1/customers/{id}`, archived ones too.
    func get(_ id: [UInt8]) throws(APIError) -> Answer {
        answer(try customer(id: text(id, "Failed to get customer")))
    }

    /// The entitlements or subscriptions of a customer, always empty here.
    ///
    /// An id with a slash in it can lead a look-up to this other resource.
    func related(_ key: [UInt8]) throws(APIError) -> Answer {
        let customer = try published(text(key, "Failed to get customer by lookup key"))
        return .json { writer in
            writer.object { writer in
                writer.member("customer_id", customer.id)
                writer.name("features")
                writer.array { _ in }
            }
        }
    }

    /// `POST /v1/customers/search` and `GET /v1/customers`; nil stands for a filter that could not be bound.
    func search(_ filter: SearchFilter?) throws(APIError) -> Answer {
        guard let filter else { throw .validation("Invalid filter parameters") }
        if let error = filter.error { throw error }
        var found: [SimulatedCustomer] = []
        if let status = filter.effectiveStatus {
            let wanted = filter.wantedExternalIDs.map { Set($0.map(ExactText.init)) }
            found = state.candidates(
                externalIDs: filter.wantedExternalIDs,
                status: status,
                environmentID: environmentID
            ).filter { customer in
                isVisible(customer) && filter.accepts(customer)
                    && wanted.map { $0.contains(ExactText(customer.externalID)) } ?? true
            }
        }
        let isAscending = filter.order == "asc"
        found.sort { isAscending ? $0.createdAt < $1.createdAt : $1.createdAt < $0.createdAt }
        let limit = filter.effectiveLimit
        let offset = filter.offset ?? 0
        return .json { writer in
            writer.object { writer in
                writer.name("items")
                writer.array { writer in
                    for customer in found.dropFirst(offset).prefix(limit) {
                        customer.write(to: &writer, times: .microseconds)
                    }
                }
                writer.name("pagination")
                writer.object { writer in
                    writer.member("total", found.count)
                    writer.member("limit", limit)
                    // The server answers with the offset of the next page. A sum beyond 64 bits wraps in Go too.
                    writer.member("offset", offset &+ limit)
                }
            }
        }
    }

    func published(_ externalID: String) throws(APIError) -> SimulatedCustomer {
        guard let found = state.customer(externalID: externalID, environmentID: environmentID), isVisible(found) else {
            throw .notFound(
                "Customer with lookup key \(externalID) was not found",
                details: [("lookup_key", externalID)]
            )
        }
        return found
    }

    func customer(id: String) throws(APIError) -> SimulatedCustomer {
        guard let found = state.customer(id: id, environmentID: environmentID), isVisible(found) else {
            throw .notFound("Customer with ID \(id) was not found", details: [("customer_id", id)])
        }
        return found
    }

    /// PostgreSQL refuses a parameter that is no UTF-8 or holds U+0000.
    func text(_ bytes: [UInt8], _ failure: String) throws(APIError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw .database(failure) }
        return text
    }

    private func isVisible(_ customer: SimulatedCustomer) -> Bool {
        customer.environmentID == environmentID && customer.createdAt <= visibleUntil
    }

    private func answer(_ customer: SimulatedCustomer) -> Answer {
        .json { customer.write(to: &$0, times: .microseconds) }
    }
}

extension SearchFilter {
    /// The status looked for, nil for one that no customer has; absent and empty both mean published.
    fileprivate var effectiveStatus: SimulatedCustomer.Status? {
        guard let status, !status.isEmpty else { return .published }
        return SimulatedCustomer.Status(rawValue: status)
    }

    /// Whether a customer meets every condition but that on external ids.
    fileprivate func accepts(_ customer: SimulatedCustomer) -> Bool {
        if customer.status != effectiveStatus { return false }
        if let customerIDs, !customerIDs.isEmpty, !customerIDs.contains(customer.id) { return false }
        return email.isEmpty || ExactText(email) == ExactText(customer.email)
    }
}
