/// The body of `PUT /v1/customers`: only what is sent changes, and metadata is replaced as a whole.
struct UpdateCustomerRequest {
    var externalID: String?
    var name: String?
    var email: String?
    var contact: String?
    var addressLine1: String?
    var addressLine2: String?
    var addressCity: String?
    var addressState: String?
    var addressPostalCode: String?
    var addressCountry: String?
    var timezone: String?
    var metadata: Metadata?

    /// Binds `body`; nil where the server answers that the format is invalid.
    init?(body: [UInt8]) {
        guard let value = GoBinding.firstValue(of: body) else { return nil }
        var binding = GoBinding()
        for member in binding.members(of: value) {
            switch member.name {
            case "external_id": binding.bind(member.value, to: &externalID)
            case "name": binding.bind(member.value, to: &name)
            case "email": binding.bind(member.value, to: &email)
            case "contact": binding.bind(member.value, to: &contact)
            case "address_line1": binding.bind(member.value, to: &addressLine1)
            case "address_line2": binding.bind(member.value, to: &addressLine2)
            case "address_city": binding.bind(member.value, to: &addressCity)
            case "address_state": binding.bind(member.value, to: &addressState)
            case "address_postal_code": binding.bind(member.value, to: &addressPostalCode)
            case "address_country": binding.bind(member.value, to: &addressCountry)
            case "timezone": binding.bind(member.value, to: &timezone)
            case "metadata": binding.bind(member.value, to: &metadata)
            default: break
            }
        }
        if binding.mismatch { return nil }
    }

    /// The 400 that the server answers, or nil.
    ///
    /// The fields are pointers, and `omitempty` passes over a nil pointer only: an empty e-mail, country or time zone
    /// is judged by its rule and fails, so these three cannot be cleared.
    var error: APIError? {
        var rules = FieldRules(type: "UpdateCustomerRequest")
        if let email { rules.email("Email", email) }
        if let contact { rules.maximum("Contact", contact, 20) }
        if let addressLine1 { rules.maximum("AddressLine1", addressLine1, 255) }
        if let addressLine2 { rules.maximum("AddressLine2", addressLine2, 255) }
        if let addressCity { rules.maximum("AddressCity", addressCity, 100) }
        if let addressState { rules.maximum("AddressState", addressState, 100) }
        if let addressPostalCode { rules.maximum("AddressPostalCode", addressPostalCode, 20) }
        if let addressCountry { rules.country("AddressCountry", addressCountry) }
        if let timezone { rules.timezone("Timezone", timezone) }
        return rules.error ?? reservedKeyError ?? TaxMetadataRule.error(in: metadata)
    }

    private var reservedKeyError: APIError? {
        metadata?.pairs.first { $0.key.hasPrefix("_fp_") }.map { pair in
            .validation("Key \"\(pair.key)\" is managed by the system and cannot be set via the API")
        }
    }
}
