public import CustomerContract

/// Whether a customer that was there already agrees with a command, field by field, over what the command sent.
///
/// Fields that Flexprice does not give back (onboarding, tax overrides, mappings) and unknown ones say nothing. A `name` that
/// equals the external_id is the default of a command without one, and is not compared. Of `metadata` every pair that was sent must be
/// there; more may be. Strings are compared byte for byte.
public enum CustomerComparison {
    /// What stands before the key of a metadata pair that differs.
    static let metadataPrefix = "metadata."

    /// The names of the fields that differ, sorted; none when the customer agrees.
    public static func differingFields(of customer: JSONObject, from command: CreateCustomerCommand) -> [String] {
        var differing: [String] = []
        for member in command.fields.members where member.value != .null {
            let theirs = customer[member.name]
            switch member.name {
            case "name":
                guard member.value.text.map({ ExternalID($0) }) != command.externalID else { continue }
                if !Self.agree(member.value, theirs) { differing.append("name") }
            case "timezone" where member.value.text?.isEmpty ?? false:
                // Flexprice makes UTC of an empty one when it creates the customer.
                if !Self.agree(.string("UTC"), theirs), !Self.agree(member.value, theirs) {
                    differing.append("timezone")
                }
            case "metadata":
                differing += Self.differingMetadata(member.value.object, theirs?.object)
            case _ where Self.compared.contains(member.name):
                if !Self.agree(member.value, theirs) { differing.append(member.name) }
            default:
                continue
            }
        }
        return differing.sorted()
    }

    private static let compared: Set<String> = [
        "email", "contact", "timezone", "address_line1", "address_line2", "address_city", "address_state",
        "address_postal_code", "address_country",
    ]

    private static func agree(_ ours: JSONValue, _ theirs: JSONValue?) -> Bool {
        // Unset and empty are one and the same to Flexprice.
        Array((ours.text ?? "").utf8) == Array((theirs?.text ?? "").utf8)
    }

    private static func differingMetadata(_ ours: JSONObject?, _ theirs: JSONObject?) -> [String] {
        (ours?.members ?? []).compactMap { pair in
            Self.agree(pair.value, theirs?[pair.name]) ? nil : Self.metadataPrefix + pair.name
        }
    }
}
