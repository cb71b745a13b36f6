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

    /// The field's name in Go, and its tags in the order in which they are tried.
    private var rule: FieldRule {
        switch self {
        case .externalID: ("ExternalID", [.required])
        case .name: ("Name", [.required, .maximum(255)])
        case .email: ("Email", [.email])
        case .contact: ("Contact", [.maximum(20)])
        case .line1: ("AddressLine1", [.maximum(255)])
        case .line2: ("AddressLine2", [.maximum(255)])
        case .city: ("AddressCity", [.maximum(100)])
        case .state: ("AddressState", [.maximum(100)])
        case .postalCode: ("AddressPostalCode", [.maximum(20)])
        case .country: ("AddressCountry", [.length(2), .country])
        case .timezone: ("Timezone", [.timezone])
        }
    }

    /// The 400 of the validator for a create, or nil: all failing fields at once.
    static func createError(in texts: [CustomerField: String]) -> APIError? {
        ValidatorTag.error(in: "CreateCustomerRequest", Self.allCases.map { ($0.rule, texts[$0] ?? "") })
    }

    /// The 400 of the validator for an update, or nil.
    ///
    /// The fields are pointers, and `omitempty` skips only a nil pointer: an empty e-mail, country or time zone is
    /// judged by its rule and fails, so these three cannot be cleared. The external_id and the name have no rule.
    static func updateError(in texts: [CustomerField: String]) -> APIError? {
        let sent = texts.filter { $0.key != .externalID && $0.key != .name }.map { ($0.key.rule, $0.value) }
        return ValidatorTag.error(in: "UpdateCustomerRequest", sent, skipsEmpty: false)
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

    /// The 400 of the check that follows the validator, or nil; only the first failure is reported.
    ///
    /// It counts bytes where the validator counts code points: a line of a hundred ideographs passes there and fails
    /// here.
    static func byteLimitError(in texts: [CustomerField: String]) -> APIError? {
        Self.byteLimits.first { (texts[$0.field] ?? "").utf8.count > $0.bytes }.map { .validation($0.message) }
    }

    /// The fields of an element of `integration_entity_mapping`, which the server validates and then never reads.
    static let mappingRules: [(name: String, rule: FieldRule)] = [
        ("entity_id", ("EntityID", [.required, .maximum(255)])),
        ("entity_type", ("EntityType", [.required])),
        ("provider_type", ("ProviderType", [.required, .maximum(50)])),
        ("provider_entity_id", ("ProviderEntityID", [.required, .maximum(255)])),
    ]

    /// The 400 of the validator for an element of `integration_entity_mapping`, or nil.
    static func mappingError(in texts: [String: String]) -> APIError? {
        ValidatorTag.error(
            in: "CreateEntityIntegrationMappingRequest",
            Self.mappingRules.map { ($0.rule, texts[$0.name] ?? "") }
        )
    }
}

/// A field's name in Go, and its tags in the order in which they are tried.
typealias FieldRule = (goName: String, tags: [ValidatorTag])

/// A rule of the server's validator for one text.
enum ValidatorTag {
    /// Not the empty string.
    case required
    /// At most this number of code points.
    case maximum(Int)
    /// Exactly this number of code points.
    case length(Int)
    case email
    case country
    case timezone

    /// The tag's name in the answer.
    private var name: String {
        switch self {
        case .required: "required"
        case .maximum: "max"
        case .length: "len"
        case .email: "email"
        case .country: "iso3166_1_alpha2"
        case .timezone: "timezone"
        }
    }

    private func accepts(_ text: String) -> Bool {
        switch self {
        case .required: !text.isEmpty
        // A text has at most as many code points as bytes, so most are settled without counting.
        case .maximum(let limit): text.utf8.count <= limit || text.unicodeScalars.count <= limit
        case .length(let length): text.unicodeScalars.count == length
        case .email: EmailRule.accepts(text)
        case .country: CountryRule.codes.contains(text)
        case .timezone: TimezoneRule.accepts(text)
        }
    }

    /// The 400 with one detail for each failing field under its Go name, or nil if none fails; the first failing tag
    /// of a field is the one reported.
    ///
    /// - Parameter skipsEmpty: Whether the fields have `omitempty`: only `required` judges an empty text.
    static func error(
        in type: String,
        _ fields: [(rule: FieldRule, text: String)],
        skipsEmpty: Bool = true
    ) -> APIError? {
        let details = fields.compactMap { rule, text -> (String, String)? in
            let tags = rule.tags.lazy.filter { tag in
                if case .required = tag { true } else { !skipsEmpty || !text.isEmpty }
            }
            guard let failed = tags.first(where: { !$0.accepts(text) }) else { return nil }
            let field = rule.goName
            let message =
                "Key: '\(type).\(field)' Error:Field validation for '\(field)' failed on the '\(failed.name)' tag"
            return (field, message)
        }
        return details.isEmpty ? nil : .validation("Request validation failed", details)
    }
}
