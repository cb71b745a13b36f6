/// The text fields of a customer in the order of an answer, each with the rules of the server's validator.
///
/// Written against the server's source and deliberately apart from the rules by which the worker checks its commands:
/// the simulator is the second opinion on them.
enum CustomerField: String, CaseIterable {
    case externalID = "external_id"
    case name
    case email
    case contact
    case line1 = "address_line1"
    case line2 = "address_line2"
    case city = "address_city"
    case state = "address_state"
    case postalCode = "address_postal_code"
    case country = "address_country"
    case timezone

    private var tags: [ValidatorTag] {
        switch self {
        case .externalID: [.required]
        case .name: [.required, .maximum(255)]
        case .email: [.email]
        case .contact, .postalCode: [.maximum(20)]
        case .line1, .line2: [.maximum(255)]
        case .city, .state: [.maximum(100)]
        case .country: [.length(2), .country]
        case .timezone: [.timezone]
        }
    }

    /// The 400 of the validator for a create, or `nil`: all failing fields at once.
    static func createError(in texts: [CustomerField: String]) -> APIError? {
        let rules = Self.allCases.map { (name: $0.rawValue, tags: $0.tags, text: texts[$0] ?? "") }
        return ValidatorTag.error(in: "CreateCustomerRequest", rules)
    }

    /// The 400 of the validator for an update, or `nil`.
    ///
    /// The fields are pointers, and `omitempty` skips only a nil pointer: an empty e-mail, country or time zone is
    /// judged by its rule and fails, so these three cannot be cleared. The external_id and the name have no rule.
    static func updateError(in texts: [CustomerField: String]) -> APIError? {
        let sent = texts.filter { $0.key != .externalID && $0.key != .name }
        let rules = sent.map { (name: $0.key.rawValue, tags: $0.key.tags, text: $0.value) }
        return ValidatorTag.error(in: "UpdateCustomerRequest", rules, skipsEmpty: false)
    }

    /// The limits of the check that follows the validator, in its order.
    private static let byteLimits: [(field: CustomerField, bytes: Int, message: String)] = [
        (.country, 2, "Country code must be 2 characters"),
        (.postalCode, 20, "Postal code must be less than 20 characters"),
        (.line1, 255, "Address line 1 must be less than 255 characters"),
        (.line2, 255, "Address line 2 must be less than 255 characters"),
        (.city, 100, "City name must be less than 100 characters"),
        (.state, 100, "State name must be less than 100 characters"),
    ]

    /// The 400 of the check that follows the validator, or `nil`; only the first failure is reported.
    ///
    /// It counts bytes where the validator counts code points: a line of a hundred ideographs passes there and fails
    /// here.
    static func byteLimitError(in texts: [CustomerField: String]) -> APIError? {
        Self.byteLimits.first { (texts[$0.field] ?? "").utf8.count > $0.bytes }.map { .validation($0.message) }
    }

    /// The fields of an element of `integration_entity_mapping`, which the server validates and then never reads.
    static let mappingTags: KeyValuePairs<String, [ValidatorTag]> = [
        "entity_id": [.required, .maximum(255)],
        "entity_type": [.required],
        "provider_type": [.required, .maximum(50)],
        "provider_entity_id": [.required, .maximum(255)],
    ]

    /// The 400 of the validator for an element of `integration_entity_mapping`, or `nil`.
    static func mappingError(in texts: [String: String]) -> APIError? {
        let rules = Self.mappingTags.map { (name: $0.key, tags: $0.value, text: texts[$0.key] ?? "") }
        return ValidatorTag.error(in: "CreateEntityIntegrationMappingRequest", rules)
    }
}

/// A rule of the server's validator for one text: its name in the answer, and which texts pass.
struct ValidatorTag: Sendable {
    private let name: String
    private let accepts: @Sendable (String) -> Bool

    /// Not the empty string.
    static let required = ValidatorTag(name: "required") { !$0.isEmpty }
    static let email = ValidatorTag(name: "email", accepts: EmailRule.accepts)
    static let country = ValidatorTag(name: "iso3166_1_alpha2") { CountryRule.codes.contains($0) }
    static let timezone = ValidatorTag(name: "timezone", accepts: TimezoneRule.accepts)

    /// At most this number of code points.
    static func maximum(_ limit: Int) -> ValidatorTag {
        // A text has at most as many code points as bytes, so most are settled without counting.
        ValidatorTag(name: "max") { $0.utf8.count <= limit || $0.unicodeScalars.count <= limit }
    }

    /// Exactly this number of code points.
    static func length(_ length: Int) -> ValidatorTag {
        ValidatorTag(name: "len") { $0.unicodeScalars.count == length }
    }

    /// The 400 with one detail for each failing field under its Go name, or `nil` if none fails; the first failing tag
    /// of a field is the one reported.
    ///
    /// - Parameter skipsEmpty: Whether the fields have `omitempty`: only `required` judges an empty text.
    static func error(
        in type: String,
        _ fields: [(name: String, tags: [ValidatorTag], text: String)],
        skipsEmpty: Bool = true
    ) -> APIError? {
        var details: [String: String] = [:]
        for (name, tags, text) in fields {
            let judging = text.isEmpty && skipsEmpty ? tags.filter { $0.name == Self.required.name } : tags
            guard let failed = judging.first(where: { !$0.accepts(text) }) else { continue }
            let field = Self.goName(name)
            details[field] =
                "Key: '\(type).\(field)' Error:Field validation for '\(field)' failed on the '\(failed.name)' tag"
        }
        return details.isEmpty ? nil : .validation("Request validation failed", details)
    }

    /// The name of a field in Go: `address_line1` is `AddressLine1`, and `entity_id` is `EntityID`.
    private static func goName(_ name: String) -> String {
        name.split(separator: "_").map { $0 == "id" ? "ID" : $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
