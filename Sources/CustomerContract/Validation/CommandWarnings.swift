import JSON
import Records

/// What is odd about a command and refuses nothing: sentences for the developer of its producer, sent with the result.
enum CommandWarnings {
    /// More of them are not listed.
    static let maximumCount = 16

    /// Whether Flexprice creates a customer of this id and has trouble with it later.
    static func isOdd(_ id: ExternalID) -> Bool {
        id.text.withBytes { bytes in bytes.contains { Self.isOdd($0) } }
    }

    /// Whether a byte of an id makes it odd.
    static func isOdd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "%") }

    /// The sentences: about the id, then about unknown fields, then about others in their order.
    static func about(_ fields: JSONObject, _ externalID: ExternalID?, unknown: [String]) -> [String] {
        var warnings: [String] = []
        if let externalID, Self.isOdd(externalID) {
            warnings.append(
                "external_id has a space or a %: Flexprice creates such a customer, and its wallets refuse the id"
            )
        }
        for name in unknown {
            guard let near = Self.knownName(near: name) else { continue }
            let shown = name.cut(toBytes: FieldProblems.maximumNameBytes)
            warnings.append("\(shown) is not a field that is known, and is passed on as it is; \(near) is one")
        }
        for member in fields.members {
            switch KnownField(named: member.name) {
            case .integrationEntityMapping:
                guard case .array(let mappings) = member.value, !mappings.isEmpty else { continue }
                warnings.append(
                    "integration_entity_mapping is checked by Flexprice and then ignored: link the customer by the "
                        + "integrations' own endpoint"
                )
            case .taxRateOverrides:
                warnings += Self.aboutOverrides(member.value)
            default:
                continue
            }
        }
        return warnings.count > Self.maximumCount ? Array(warnings.prefix(Self.maximumCount)) : warnings
    }

    private static func aboutOverrides(_ value: JSONValue) -> [String] {
        guard case .array(let overrides) = value else { return [] }
        return overrides.enumerated().compactMap { index, element in
            guard case .object(let override) = element, override["auto_apply"]?.isNull ?? true else { return nil }
            return "tax_rate_overrides[\(index)] has no auto_apply, which means false; Flexprice's SDKs send true"
        }
    }

    /// The known name that one letter makes of this one.
    private static func knownName(near name: String) -> String? {
        let length = name.utf8.count
        // Looked at for every command that has unknown fields: most are told by their length.
        let candidates = KnownField.byName.lazy.map(\.fieldName).filter { abs($0.utf8.count - length) <= 1 }
        return candidates.first { NearestName.distance(name, $0) == 1 }
    }
}
