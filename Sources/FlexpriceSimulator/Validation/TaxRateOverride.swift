import JSON

/// One element of `tax_rate_overrides`.
///
/// Its fields are marked as required in the server's source, but nothing there looks into the list, so an empty code
/// is looked up like any other.
struct TaxRateOverride {
    var code = ""
    var currency = ""
    var priority: Int?
    var autoApply = false
    var metadata: Metadata?

    init(_ value: JSONValue, _ binding: inout GoBinding) {
        for member in binding.members(of: value) {
            switch member.name {
            case "tax_rate_code": binding.bind(member.value, to: &code)
            case "currency": binding.bind(member.value, to: &currency)
            case "priority": binding.bind(member.value, to: &priority)
            case "auto_apply": binding.bind(member.value, to: &autoApply)
            case "metadata": binding.bind(member.value, to: &metadata)
            default: break
            }
        }
    }

    var error: APIError? {
        (priority ?? 0) < 0 ? .validation("Priority cannot be less than 0") : nil
    }
}
