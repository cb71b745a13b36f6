/// The top-level fields of a create command that this contract knows.
///
/// The raw values are the field's number in stored `FieldDigests`: they are never reused and never change.
package enum KnownField: UInt8, CaseIterable {
    case externalID = 1
    case name = 2
    case email = 3
    case addressLine1 = 4
    case addressLine2 = 5
    case addressCity = 6
    case addressState = 7
    case addressPostalCode = 8
    case addressCountry = 9
    case metadata = 10
    case contact = 11
    case timezone = 12
    case skipOnboardingWorkflow = 13
    case onboardingWorkflowName = 14
    case taxRateOverrides = 15
    case integrationEntityMapping = 16
    case billingCurrency = 17
    case contactPersons = 18
    case taxTreatment = 19

    /// The field's name on the wire.
    package var fieldName: String {
        switch self {
        case .externalID: "external_id"
        case .name: "name"
        case .email: "email"
        case .addressLine1: "address_line1"
        case .addressLine2: "address_line2"
        case .addressCity: "address_city"
        case .addressState: "address_state"
        case .addressPostalCode: "address_postal_code"
        case .addressCountry: "address_country"
        case .metadata: "metadata"
        case .contact: "contact"
        case .timezone: "timezone"
        case .skipOnboardingWorkflow: "skip_onboarding_workflow"
        case .onboardingWorkflowName: "onboarding_workflow_name"
        case .taxRateOverrides: "tax_rate_overrides"
        case .integrationEntityMapping: "integration_entity_mapping"
        case .billingCurrency: "billing_currency"
        case .contactPersons: "contact_persons"
        case .taxTreatment: "tax_treatment"
        }
    }

    /// The field of that name, compared byte for byte; nil for any other name.
    package init?(named name: String) {
        let count = name.utf8.count
        guard count < Self.byNameLength.count else { return nil }
        guard let field = Self.byNameLength[count].first(where: { $0.fieldName.hasSameBytes(as: name) }) else {
            return nil
        }
        self = field
    }

    /// The fields by the length of their names, since the length alone settles most look-ups.
    private static let byNameLength: [[KnownField]] = {
        let longest = allCases.map(\.fieldName.utf8.count).max() ?? 0
        return (0...longest).map { length in allCases.filter { $0.fieldName.utf8.count == length } }
    }()
}
