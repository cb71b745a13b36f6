import Records

/// The table of customers with its partial unique index.
///
/// The external_id is unique among the rows that are published, compared byte for byte: archiving a customer frees it.
/// Every operation but a scan takes constant time.
struct CustomerTable {
    /// All rows in the order of their creation.
    private(set) var rows: [SimulatedCustomer] = []
    private var positions: [String: Int] = [:]
    private var published: [ExactText: Int] = [:]

    func customer(id: String) -> SimulatedCustomer? { self.positions[id].map { self.rows[$0] } }

    func published(externalID: String) -> SimulatedCustomer? {
        self.published[ExactText(externalID)].map { self.rows[$0] }
    }

    /// Inserts a published customer; false if its external_id is taken.
    mutating func insert(_ customer: SimulatedCustomer) -> Bool {
        let key = ExactText(customer.externalID)
        guard self.published[key] == nil else { return false }
        self.published[key] = self.rows.count
        self.positions[customer.id] = self.rows.count
        self.rows.append(customer)
        return true
    }

    /// Replaces the row of the customer's id; false if another row has its external_id.
    mutating func update(_ customer: SimulatedCustomer) -> Bool {
        guard let position = self.positions[customer.id] else { return false }
        if customer.status == .published {
            let key = ExactText(customer.externalID)
            if let holder = self.published[key], holder != position { return false }
            self.published[ExactText(self.rows[position].externalID)] = nil
            self.published[key] = position
        }
        self.rows[position] = customer
        return true
    }

    /// Archives the published customer of an id; false if there is none.
    mutating func archive(id: String, at time: UnixNanoseconds) -> Bool {
        guard let position = self.positions[id], self.rows[position].status == .published else { return false }
        self.published[ExactText(self.rows[position].externalID)] = nil
        self.rows[position].status = .archived
        self.rows[position].updatedAt = time
        return true
    }
}
