import CustomerContract

/// What a column of a CSV file means.
enum CSVColumn: Hashable {
    /// A field whose value is a string.
    case text(KnownField)
    /// A field that is true or false.
    case boolean(KnownField)
    /// A field that is a list or an object, written as JSON.
    case json(KnownField)
    /// One entry of the metadata.
    case metadata(key: String)

    private static let metadataPrefix = KnownField.metadata.fieldName + "."

    /// The column of that name; `nil` when there is none.
    init?(named name: String) {
        if name.utf8.starts(with: Self.metadataPrefix.utf8), name.utf8.count > Self.metadataPrefix.utf8.count {
            self = .metadata(key: String(decoding: name.utf8.dropFirst(Self.metadataPrefix.utf8.count), as: UTF8.self))
            return
        }
        guard let field = KnownField(named: name) else { return nil }
        self.init(field)
    }

    private init(_ field: KnownField) {
        switch field {
        case .externalID, .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState, .addressPostalCode,
            .addressCountry, .contact, .timezone, .onboardingWorkflowName, .billingCurrency, .taxTreatment:
            self = .text(field)
        case .skipOnboardingWorkflow: self = .boolean(field)
        case .metadata, .taxRateOverrides, .integrationEntityMapping, .contactPersons: self = .json(field)
        }
    }

    /// The column that a name most likely means; `nil` when none is near.
    static func nearest(to name: String) -> String? {
        let plain = name.lowercased().trimmed
        // metadata_plan, Metadata.Plan and meta.plan.
        for start in ["metadata", "meta"] where plain.hasPrefix(start) {
            let rest = name.trimmed.dropFirst(start.count)
            guard let separator = rest.first, "._-: /[".contains(separator) else { continue }
            let key = rest.dropFirst().prefix { $0 != "]" }
            if !key.isEmpty { return Self.metadataPrefix + key }
        }
        let fields = KnownField.allCases.map(\.fieldName)
        let words = plain.map { $0 == " " || $0 == "-" ? "_" : String($0) }.joined()
        // Country and city are parts of the address, and an id is the caller's own.
        let parts = fields.filter { $0.hasSuffix("_\(words)") }
        return parts.count == 1 ? parts[0] : NearestName.find(words, among: fields)
    }
}

extension String {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        let start = self.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
