/// The body of `POST /v1/customers` as the server binds and validates it.
///
/// Written against the server's source and on purpose apart from the rules by which the worker checks its commands: the
/// simulator is the second opinion on them.
struct CreateCustomerRequest {
    var externalID = ""
    var name = ""
    var email = ""
    var contact: String?
    var address = CustomerAddress()
    var timezone = ""
    var metadata: Metadata?
    var skipsOnboarding = false
    var onboardingWorkflow = ""
    /// Nil and empty differ: only an empty list opts out of the tenant's taxes.
    var taxRateOverrides: [TaxRateOverride]?
    var integrationMappings: [IntegrationMapping]?

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
            case "address_line1": binding.bind(member.value, to: &address.line1)
            case "address_line2": binding.bind(member.value, to: &address.line2)
            case "address_city": binding.bind(member.value, to: &address.city)
            case "address_state": binding.bind(member.value, to: &address.state)
            case "address_postal_code": binding.bind(member.value, to: &address.postalCode)
            case "address_country": binding.bind(member.value, to: &address.country)
            case "timezone": binding.bind(member.value, to: &timezone)
            case "metadata": binding.bind(member.value, to: &metadata)
            case "skip_onboarding_workflow": binding.bind(member.value, to: &skipsOnboarding)
            case "onboarding_workflow_name": binding.bind(member.value, to: &onboardingWorkflow)
            case "tax_rate_overrides":
                binding.bindSlice(member.value, to: &taxRateOverrides) { TaxRateOverride($1, &$0) }
            case "integration_entity_mapping":
                binding.bindSlice(member.value, to: &integrationMappings) { IntegrationMapping($1, &$0) }
            default: break
            }
        }
        if binding.mismatch { return nil }
    }

    /// The 400 that the server answers, or nil if the request is valid: fields first, all of them at once, then tax
    /// identity, overrides, mappings and address bytes, one at a time.
    var error: APIError? {
        fieldError
            ?? TaxMetadataRule.error(in: metadata)
            ?? taxRateOverrides?.lazy.compactMap(\.error).first
            ?? integrationMappings?.lazy.compactMap(\.error).first
            ?? address.byteLimitError
    }

    private var fieldError: APIError? {
        var rules = FieldRules(type: "CreateCustomerRequest")
        rules.required("ExternalID", externalID)
        rules.required("Name", name, max: 255)
        if !email.isEmpty { rules.email("Email", email) }
        if let contact { rules.maximum("Contact", contact, 20) }
        rules.maximum("AddressLine1", address.line1, 255)
        rules.maximum("AddressLine2", address.line2, 255)
        rules.maximum("AddressCity", address.city, 100)
        rules.maximum("AddressState", address.state, 100)
        rules.maximum("AddressPostalCode", address.postalCode, 20)
        if !address.country.isEmpty { rules.country("AddressCountry", address.country) }
        if !timezone.isEmpty { rules.timezone("Timezone", timezone) }
        return rules.error
    }
}
