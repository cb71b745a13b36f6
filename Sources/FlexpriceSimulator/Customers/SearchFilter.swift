import JSON
import Records

/// The filter of `POST /v1/customers/search` and, from its query, of `GET /v1/customers`.
///
/// `filters`, `sort`, `metadata`, the time range and `expand` are accepted and not applied.
struct SearchFilter {
    private static let defaultLimit = 50
    private static let maximumLimit = 1_000

    private var listedIDs: [String] = []
    private var externalID = ""
    private var customerIDs: [String] = []
    private var email = ""
    private var status = ""
    private var sentLimit: Int?
    private var sentOffset: Int?
    private(set) var order: String?

    /// Binds the body of a search; `nil` where the server answers that the parameters are invalid.
    init?(body: [UInt8]) {
        guard let value = GoBinding.firstValue(of: body) else { return nil }
        var binding = GoBinding()
        for (name, value) in binding.members(of: value) {
            switch name {
            case "external_ids": self.listedIDs = binding.texts(value)
            case "external_id": self.externalID = binding.take(value, \.stringValue) ?? self.externalID
            case "customer_ids": self.customerIDs = binding.texts(value)
            case "email": self.email = binding.take(value, \.stringValue) ?? self.email
            case "status": self.status = binding.take(value, \.stringValue) ?? ""
            case "limit": self.sentLimit = binding.take(value, \.integerValue)
            case "offset": self.sentOffset = binding.take(value, \.integerValue)
            case "order": self.order = binding.take(value, \.stringValue)
            default: break
            }
        }
        if binding.hasMismatch { return nil }
    }

    /// Binds the query of a list; `nil` where the server answers that the parameters are invalid.
    init?(query target: RequestTarget) {
        self.listedIDs = target.parameters("external_ids")
        self.externalID = target.parameter("external_id") ?? ""
        self.customerIDs = target.parameters("customer_ids")
        self.email = target.parameter("email") ?? ""
        self.status = target.parameter("status") ?? ""
        self.order = target.parameter("order")
        for (name, path) in [("limit", \SearchFilter.sentLimit), ("offset", \SearchFilter.sentOffset)] {
            guard let text = target.parameter(name), !text.isEmpty else { continue }
            guard let number = Int(text) else { return nil }
            self[keyPath: path] = number
        }
    }

    /// The limit in effect: absent and 0 both mean the default.
    var limit: Int { self.sentLimit.flatMap { $0 == 0 ? nil : $0 } ?? Self.defaultLimit }

    var offset: Int { self.sentOffset ?? 0 }

    /// The external_ids that are named, in either of the two ways.
    var externalIDs: [String] { self.listedIDs + (self.externalID.isEmpty ? [] : [self.externalID]) }

    var error: APIError? {
        let message = "Invalid filter parameters"
        if !(1...Self.maximumLimit).contains(self.limit) {
            return .validation(message, ["limit": "must be between 1 and 1000"])
        }
        if self.offset < 0 { return .validation(message, ["offset": "must be non-negative"]) }
        if let order, order != "asc", order != "desc" {
            return .validation(message, ["order": "must be either 'asc' or 'desc'"])
        }
        // The inner hint is the first that is found, so it replaces the general message.
        return self.email.isEmpty || EmailRule.accepts(self.email) ? nil : .validation("Please provide a valid email")
    }

    /// The rows to look at: found by their external_ids where the filter names some, else all of them.
    ///
    /// An empty list of ids is no filter.
    func candidates(in table: CustomerTable) -> [SimulatedCustomer] {
        guard !self.externalIDs.isEmpty else { return table.rows }
        var wanted = Set(self.externalIDs.map(ExactText.init))
        // An id beside a list must be in it.
        if !self.listedIDs.isEmpty, !self.externalID.isEmpty {
            wanted = Set(self.listedIDs.map(ExactText.init)).intersection([ExactText(self.externalID)])
        }
        guard self.wantedStatus == .published else {
            return table.rows.filter { wanted.contains(ExactText($0.externalID)) }
        }
        return wanted.compactMap { table.published(externalID: $0.text) }
    }

    /// The status searched for, `nil` for one that no customer has; absent and empty both mean published.
    private var wantedStatus: SimulatedCustomer.Status? {
        self.status.isEmpty ? .published : SimulatedCustomer.Status(rawValue: self.status)
    }

    /// Whether a customer meets every condition but that on external_ids.
    func accepts(_ customer: SimulatedCustomer) -> Bool {
        if customer.status != self.wantedStatus { return false }
        if !self.customerIDs.isEmpty, !self.customerIDs.contains(customer.id) { return false }
        return self.email.isEmpty || self.email.hasSameBytes(as: customer[.email])
    }
}
