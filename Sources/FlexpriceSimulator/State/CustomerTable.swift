import Records

/// The table of customers with its partial unique index.
///
/// Unique are (environment, external id) among the rows that are published, compared byte for byte: archiving a
/// customer frees its id. Every operation but a scan takes constant time.
struct CustomerTable {
    private struct UniqueKey: Hashable {
        let environmentID: String
        let externalID: ExactText
    }

    /// All rows in the order of their creation.
    private(set) var rows: [SimulatedCustomer] = []
    private var positions: [String: Int] = [:]
    private var published: [UniqueKey: Int] = [:]

    func customer(id: String, environmentID: String) -> SimulatedCustomer? {
        positions[id].map { rows[$0] }.flatMap { $0.environmentID == environmentID ? $0 : nil }
    }

    func published(externalID: String, environmentID: String) -> SimulatedCustomer? {
        published[UniqueKey(environmentID: environmentID, externalID: ExactText(externalID))].map { rows[$0] }
    }

    /// Inserts a published customer; false if its id is taken.
    mutating func insert(_ customer: SimulatedCustomer) -> Bool {
        let key = key(of: customer)
        guard published[key] == nil else { return false }
        published[key] = rows.count
        positions[customer.id] = rows.count
        rows.append(customer)
        return true
    }

    /// Replaces the row of the customer's id; false if its external id is taken by another row.
    mutating func update(_ customer: SimulatedCustomer) -> Bool {
        guard let position = positions[customer.id] else { return false }
        if customer.status == .published {
            let key = key(of: customer)
            if let holder = published[key], holder != position { return false }
            published[self.key(of: rows[position])] = nil
            published[key] = position
        }
        rows[position] = customer
        return true
    }

    /// Archives the published customer of an id; false if there is none.
    mutating func archive(id: String, at time: UnixNanoseconds) -> Bool {
        guard let position = positions[id], rows[position].status == .published else { return false }
        published[key(of: rows[position])] = nil
        rows[position].status = .archived
        rows[position].updatedAt = time
        return true
    }

    private func key(of customer: SimulatedCustomer) -> UniqueKey {
        UniqueKey(environmentID: customer.environmentID, externalID: ExactText(customer.externalID))
    }
}
