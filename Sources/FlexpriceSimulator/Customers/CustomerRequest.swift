import JSON
import Records

/// The body of `POST` or `PUT /v1/customers` as the server binds and validates it.
struct CustomerRequest {
    enum Kind {
        /// A create: absent, null and empty texts are the same, but of the contact.
        case create
        /// An update: only what is sent changes, and metadata is replaced as a whole.
        case update
    }

    /// An element of `tax_rate_overrides`.
    ///
    /// Its fields are marked as required in the server's source, but nothing there reads the marks, so an empty code is
    /// looked up like any other.
    struct TaxRateOverride {
        var code = ""
        var currency = ""
        var priority = 0
    }

    private let kind: Kind
    private(set) var texts: [CustomerField: String] = [:]
    private(set) var metadata: Metadata?
    private(set) var taxRateOverrides: [TaxRateOverride] = []
    private var mappings: [[String: String]] = []

    /// Binds `body`; nil where the server answers that the format is invalid.
    init?(_ body: [UInt8], of kind: Kind) {
        guard let value = GoBinding.firstValue(of: body) else { return nil }
        self.kind = kind
        var binding = GoBinding()
        for (name, value) in binding.members(of: value) {
            if let field = CustomerField(rawValue: name) {
                let text = binding.take(value, \.stringValue)
                if text != nil || kind == .update || field == .contact { self.texts[field] = text }
            } else if name == "metadata" {
                binding.bind(value, to: &self.metadata)
            } else if kind == .create {
                self.bindOption(name, value, &binding)
            }
        }
        if binding.hasMismatch { return nil }
    }

    private mutating func bindOption(_ name: String, _ value: JSONValue, _ binding: inout GoBinding) {
        switch name {
        case "skip_onboarding_workflow": _ = binding.take(value, \.boolValue)
        case "onboarding_workflow_name": _ = binding.take(value, \.stringValue)
        case "tax_rate_overrides":
            self.taxRateOverrides = binding.elements(of: value).map { Self.override($0, &binding) }
        case "integration_entity_mapping":
            self.mappings = binding.elements(of: value).map { Self.mapping($0, &binding) }
        default: break
        }
    }

    private static func override(_ value: JSONValue, _ binding: inout GoBinding) -> TaxRateOverride {
        var override = TaxRateOverride()
        var metadata: Metadata?
        for (name, value) in binding.members(of: value) {
            switch name {
            case "tax_rate_code": override.code = binding.take(value, \.stringValue) ?? override.code
            case "currency": override.currency = binding.take(value, \.stringValue) ?? override.currency
            case "priority": override.priority = binding.take(value, \.integerValue) ?? 0
            case "auto_apply": _ = binding.take(value, \.boolValue)
            case "metadata": binding.bind(value, to: &metadata)
            default: break
            }
        }
        return override
    }

    private static func mapping(_ value: JSONValue, _ binding: inout GoBinding) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in binding.members(of: value) {
            guard CustomerField.mappingTags.contains(where: { $0.key == name }) else { continue }
            texts[name] = binding.take(value, \.stringValue) ?? texts[name]
        }
        return texts
    }

    /// The 400 that the server answers before it reads or writes, or nil: fields first, all of them at once, then one
    /// at a time reserved keys, tax identity, overrides, mappings and address bytes.
    var error: APIError? {
        switch self.kind {
        case .update:
            CustomerField.updateError(in: self.texts)
                ?? self.reservedKeyError
                ?? TaxMetadataRule.error(in: self.metadata)
        case .create:
            CustomerField.createError(in: self.texts)
                ?? TaxMetadataRule.error(in: self.metadata)
                ?? (self.taxRateOverrides.contains { $0.priority < 0 }
                    ? .validation("Priority cannot be less than 0") : nil)
                ?? self.mappings.lazy.compactMap(CustomerField.mappingError).first
                ?? CustomerField.byteLimitError(in: self.texts)
        }
    }

    private var reservedKeyError: APIError? {
        let reserved = (self.metadata ?? [:]).keys.map(\.text).filter { $0.hasPrefix("_fp_") }
        return reserved.min { $0.bytesPrecede($1) }.map {
            .validation("Key \"\($0)\" is managed by the system and cannot be set via the API")
        }
    }
}

/// The rules for the metadata keys that the server reads as Indian tax identity.
///
/// The values are judged trimmed and in capitals, and stored as they came. An empty value passes. Only the first
/// failure is reported.
enum TaxMetadataRule {
    static func error(in metadata: Metadata?) -> APIError? {
        guard let metadata else { return nil }
        let gstin = Self.trimmed(metadata[ExactText("gstin")]).uppercased()
        let pan = Self.trimmed(metadata[ExactText("pan")]).uppercased()
        let hsnSAC = Self.trimmed(metadata[ExactText("hsn_sac")])
        if !gstin.isEmpty, !Self.matches(gstin, /[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][A-Z0-9]Z[A-Z0-9]/) {
            return .validation("GSTIN must be 15 characters, e.g. \"27AAMCM4148E1ZD\"")
        }
        if !pan.isEmpty, !Self.matches(pan, /[A-Z]{5}[0-9]{4}[A-Z]/) {
            return .validation("PAN must be 10 characters, e.g. \"AAMCC5329F\"")
        }
        let derived = String(gstin.dropFirst(2).prefix(10))
        if !gstin.isEmpty, !pan.isEmpty, derived != pan {
            return .validation(
                "Characters 3-12 of the GSTIN are the PAN; either correct the PAN or omit it",
                ["pan_from_gstin": derived]
            )
        }
        if !hsnSAC.isEmpty, !Self.matches(hsnSAC, /[0-9]{4}([0-9]{2}){0,2}/) {
            return .validation("HSN/SAC must be 4, 6 or 8 digits, e.g. \"998415\"")
        }
        return nil
    }

    private static func trimmed(_ value: String?) -> String {
        let scalars = (value ?? "").unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    /// Whether the whole text has a form, code point by code point: what is only equivalent to a letter does not match.
    private static func matches(_ text: String, _ form: some RegexComponent) -> Bool {
        text.wholeMatch(of: form.regex.matchingSemantics(.unicodeScalar)) != nil
    }
}
