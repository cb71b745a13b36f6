import JSON
import Records

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

    /// The name in quotes with a colon behind it, as a member of compact JSON begins.
    package var quotedName: [UInt8] { Self.quotedNames[Int(rawValue)] }

    private static let quotedNames: [[UInt8]] = [[]] + allCases.map { Array("\"\($0.fieldName)\":".utf8) }

    /// The field of that name, compared byte for byte; nil for any other name.
    package init?(named name: String) {
        guard let field = name.withBytes({ Self(named: $0) }) else { return nil }
        self = field
    }

    /// The field whose name has these bytes; nil for any other name.
    init?(named bytes: UnsafeBufferPointer<UInt8>) {
        // The length and one byte leave at most one candidate.
        let candidate: KnownField? =
            switch (bytes.count, bytes.last) {
            case (4, _): .name
            case (5, _): .email
            case (7, _): .contact
            case (8, UInt8(ascii: "a")): .metadata
            case (8, _): .timezone
            case (11, _): .externalID
            case (12, _): .addressCity
            case (13, UInt8(ascii: "1")): .addressLine1
            case (13, UInt8(ascii: "2")): .addressLine2
            case (13, UInt8(ascii: "e")): .addressState
            case (13, _): .taxTreatment
            case (15, UInt8(ascii: "y")): .addressCountry
            case (15, _): .contactPersons
            case (16, _): .billingCurrency
            case (18, _): .taxRateOverrides
            case (19, _): .addressPostalCode
            case (24, UInt8(ascii: "w")): .skipOnboardingWorkflow
            case (24, _): .onboardingWorkflowName
            case (26, _): .integrationEntityMapping
            default: nil
            }
        guard let candidate else { return nil }
        let isSame = candidate.quotedName.withUnsafeBufferPointer {
            bytes.hasSameBytes(as: UnsafeBufferPointer(rebasing: $0[1..<$0.count - 2]))
        }
        guard isSame else { return nil }
        self = candidate
    }

    /// All fields in the order of their names' bytes, which is that of the canonical form.
    static let byName = allCases.sorted { $0.fieldName.bytesPrecede($1.fieldName) }
}
