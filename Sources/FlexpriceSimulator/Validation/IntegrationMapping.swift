import JSON

/// One element of `integration_entity_mapping`: validated, and then never read by the server.
struct IntegrationMapping {
    var entityID = ""
    var entityType = ""
    var providerType = ""
    var providerEntityID = ""

    init(_ value: JSONValue, _ binding: inout GoBinding) {
        for member in binding.members(of: value) {
            switch member.name {
            case "entity_id": binding.bind(member.value, to: &entityID)
            case "entity_type": binding.bind(member.value, to: &entityType)
            case "provider_type": binding.bind(member.value, to: &providerType)
            case "provider_entity_id": binding.bind(member.value, to: &providerEntityID)
            default: break
            }
        }
    }

    var error: APIError? {
        var rules = FieldRules(type: "CreateEntityIntegrationMappingRequest")
        rules.required("EntityID", entityID, max: 255)
        rules.required("EntityType", entityType)
        rules.required("ProviderType", providerType, max: 50)
        rules.required("ProviderEntityID", providerEntityID, max: 255)
        return rules.error
    }
}
