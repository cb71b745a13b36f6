/// Collects the failing fields of one request, all of them, under their Go names.
struct FieldRules {
    /// The Go type that the messages name.
    let type: String
    private(set) var failures: [(field: String, tag: String)] = []

    init(type: String) {
        self.type = type
    }

    /// `required`: not the empty string.
    mutating func required(_ field: String, _ value: String) {
        if value.isEmpty { fail(field, "required") }
    }

    /// `required,max=`: the first failing tag of a field is the one reported.
    mutating func required(_ field: String, _ value: String, max limit: Int) {
        value.isEmpty ? fail(field, "required") : maximum(field, value, limit)
    }

    /// `max=`: counted in code points.
    mutating func maximum(_ field: String, _ value: String, _ limit: Int) {
        // A text has at most as many code points as bytes, so most are done without counting.
        if value.utf8.count > limit, value.unicodeScalars.count > limit { fail(field, "max") }
    }

    /// `email`; an empty value must have been passed over by the caller where the field has `omitempty`.
    mutating func email(_ field: String, _ value: String) {
        if !EmailRule.accepts(value) { fail(field, "email") }
    }

    /// `len=2,iso3166_1_alpha2`.
    mutating func country(_ field: String, _ value: String) {
        if value.unicodeScalars.count != 2 {
            fail(field, "len")
        } else if !CountryCodes.contains(value) {
            fail(field, "iso3166_1_alpha2")
        }
    }

    /// `timezone`.
    mutating func timezone(_ field: String, _ value: String) {
        if !TimezoneRule.accepts(value) { fail(field, "timezone") }
    }

    private mutating func fail(_ field: String, _ tag: String) {
        failures.append((field, tag))
    }

    /// The 400 with one detail for each failing field, or nil if none fails.
    var error: APIError? {
        guard !failures.isEmpty else { return nil }
        let details = failures.map { failure in
            (
                failure.field,
                "Key: '\(type).\(failure.field)' Error:Field validation for '\(failure.field)' failed on the "
                    + "'\(failure.tag)' tag"
            )
        }
        return .validation("Request validation failed", details: details)
    }
}
