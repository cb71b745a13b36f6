import Records

/// The filter of `POST /v1/customers/search` and, from its query, of `GET /v1/customers`.
///
/// `filters`, `sort`, `metadata`, the time range and `expand` are accepted and not applied.
struct SearchFilter {
    static let defaultLimit = 50
    static let maximumLimit = 1000

    var externalIDs: [String]?
    var externalID = ""
    var customerIDs: [String]?
    var email = ""
    var status: String?
    var limit: Int?
    var offset: Int?
    var order: String?

    /// Binds the body of a search; nil where the server answers that the parameters are invalid.
    init?(body: [UInt8]) {
        guard let value = GoBinding.firstValue(of: body) else { return nil }
        var binding = GoBinding()
        for member in binding.members(of: value) {
            switch member.name {
            case "external_ids": binding.bind(member.value, to: &externalIDs)
            case "external_id": binding.bind(member.value, to: &externalID)
            case "customer_ids": binding.bind(member.value, to: &customerIDs)
            case "email": binding.bind(member.value, to: &email)
            case "status": binding.bind(member.value, to: &status)
            case "limit": binding.bind(member.value, to: &limit)
            case "offset": binding.bind(member.value, to: &offset)
            case "order": binding.bind(member.value, to: &order)
            default: break
            }
        }
        if binding.mismatch { return nil }
    }

    /// Binds the query of a list; nil where the server answers that the parameters are invalid.
    init?(query target: RequestTarget) {
        let ids = target.parameters("external_ids")
        externalIDs = ids.isEmpty ? nil : ids
        externalID = target.parameter("external_id") ?? ""
        let customerIDs = target.parameters("customer_ids")
        self.customerIDs = customerIDs.isEmpty ? nil : customerIDs
        email = target.parameter("email") ?? ""
        status = target.parameter("status")
        order = target.parameter("order")
        for (name, path) in [("limit", \SearchFilter.limit), ("offset", \SearchFilter.offset)] {
            guard let text = target.parameter(name), !text.isEmpty else { continue }
            guard let number = Int(text) else { return nil }
            self[keyPath: path] = number
        }
    }

    /// The limit in force: absent and 0 both mean the default.
    var effectiveLimit: Int { limit.flatMap { $0 == 0 ? nil : $0 } ?? Self.defaultLimit }

    /// The 400 that the server answers, or nil.
    var error: APIError? {
        let message = "Invalid filter parameters"
        if !(1...Self.maximumLimit).contains(effectiveLimit) {
            return .validation(message, details: [("limit", "must be between 1 and 1000")])
        }
        if (offset ?? 0) < 0 {
            return .validation(message, details: [("offset", "must be non-negative")])
        }
        if let order, order != "asc", order != "desc" {
            return .validation(message, details: [("order", "must be either 'asc' or 'desc'")])
        }
        // The inner hint is the first that is found, so it takes the place of the general message.
        return email.isEmpty || EmailRule.accepts(email) ? nil : .validation("Please provide a valid email")
    }

    /// The ids that the result is limited to, if the filter names any; an empty list is no filter.
    var wantedExternalIDs: [String]? {
        let list = externalIDs.flatMap { $0.isEmpty ? nil : $0 }
        guard !externalID.isEmpty else { return list }
        guard let list else { return [externalID] }
        return list.contains { ExactText($0) == ExactText(externalID) } ? [externalID] : []
    }
}
