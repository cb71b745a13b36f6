import JSON
import Records

/// How much of a command is checked before it is sent.
public enum ValidationMode: String, Sendable, Hashable, CaseIterable {
    /// Every rule of Flexprice's API that is known here.
    case full
    /// Only size, JSON and `external_id`; for an API that has become laxer than the rules known here.
    case envelope
}

/// Judges the body of a command by the rules of Flexprice's API, all fields at once.
///
/// The rules are stricter than the API where it would answer a bad value with a server error, change it silently or
/// take another member for ours; everything that it takes and keeps as sent passes here too.
struct CommandValidation {
    /// What is wrong so far.
    private(set) var problems = FieldProblems()
    /// The customer's id, if the body has exactly one usable one; set even when other fields are wrong.
    private(set) var externalID: ExternalID?
    /// What is there in the place of a usable id, if that is one string; cut.
    private(set) var brokenID: ExternalID?
    /// What is odd and refuses nothing.
    private(set) var warnings: [String] = []
    /// The names of the members that are not known, in their order.
    private(set) var unknownFields: [String] = []

    /// The longest id that is given back although it breaks a rule, in bytes.
    static let maximumBrokenBytes = 1_024

    private let mode: ValidationMode
    /// One bit for each known field that was met.
    private var met: UInt32 = 0

    init(_ fields: JSONObject, containsNUL: Bool, mode: ValidationMode) {
        self.mode = mode
        for member in fields.members { judge(member) }
        if met & Self.bit(.externalID) == 0 { reportMissingExternalID() }
        guard mode == .full else { return }
        if unknownFields.count > 1 { reportRepeatedUnknownFields() }
        if containsNUL { reportNULs(in: .object(fields), at: "") }
        if met & Self.oddFields != 0 || !unknownFields.isEmpty || externalID.map(CommandWarnings.isOdd) ?? false {
            warnings = CommandWarnings.about(fields, externalID, unknown: unknownFields)
        }
    }

    /// Fields that may be worth a warning.
    private static let oddFields = bit(.taxRateOverrides) | bit(.integrationEntityMapping)

    private mutating func judge(_ member: JSONObject.Member) {
        guard let field = KnownField(named: member.name) else {
            judgeUnknown(member.name)
            return
        }
        guard mode == .full || field == .externalID else { return }
        guard met & Self.bit(field) == 0 else {
            problems.add(field.fieldName, "appears more than once; send it once")
            if field == .externalID { (externalID, brokenID) = (nil, nil) }
            return
        }
        met |= Self.bit(field)
        if field == .externalID {
            judgeExternalID(member.value)
        } else if !member.value.isNull {
            judge(field, member.value)
        }
    }

    private mutating func judgeUnknown(_ name: String) {
        guard let folded = FoldedName.fold(name), let field = KnownField(named: folded),
            mode == .full || field == .externalID
        else {
            unknownFields.append(name)
            return
        }
        problems.add(
            name,
            "must be written \(field.fieldName): Flexprice reads names without regard to case, "
                + "so it would take this for "
                + field.fieldName
        )
    }

    private mutating func judge(_ field: KnownField, _ value: JSONValue) {
        var rules = FieldRules(path: field.fieldName, problems: problems)
        switch field {
        case .externalID: break
        case .name:
            rules.nonEmptyText(value, hint: "leave it out to have the external_id stand for it")
            rules.text(value, maximumCharacters: 255)
        case .email: rules.email(value)
        case .contact: rules.text(value, maximumCharacters: 20)
        case .addressLine1, .addressLine2: rules.text(value, maximumBytes: 255)
        case .addressCity, .addressState: rules.text(value, maximumBytes: 100)
        case .addressPostalCode: rules.text(value, maximumBytes: 20)
        case .addressCountry: rules.country(value)
        case .timezone: rules.timeZone(value)
        case .metadata: rules.customerMetadata(value)
        case .skipOnboardingWorkflow: rules.boolean(value)
        case .onboardingWorkflowName, .billingCurrency: rules.text(value)
        case .taxTreatment: rules.oneOf(["taxable", "exempt"], value)
        case .taxRateOverrides: rules.taxRateOverrides(value)
        case .integrationEntityMapping: rules.integrationEntityMappings(value)
        case .contactPersons: rules.contactPersons(value)
        }
        problems = rules.problems
    }

    private mutating func judgeExternalID(_ value: JSONValue) {
        let name = KnownField.externalID.fieldName
        guard !value.isNull else {
            reportMissingExternalID()
            return
        }
        guard case .string(let text) = value else {
            problems.add(name, "must be a string; found \(value.kind)")
            return
        }
        brokenID = ExternalID(text.cut(toBytes: Self.maximumBrokenBytes))
        guard !text.utf8.isEmpty else {
            problems.add(name, "must not be empty; send your own id of the customer, 1 to 255 characters")
            return
        }
        guard !text.hasMoreCodePoints(than: 255) else {
            problems.add(name, "must have at most 255 characters; found \(text.unicodeScalars.count)")
            return
        }
        guard !text.withBytes({ $0.contains(0) }) else {
            problems.add(name, "must not contain the character U+0000")
            return
        }
        externalID = ExternalID(text)
        brokenID = nil
    }

    private mutating func reportMissingExternalID() {
        problems.add(
            KnownField.externalID.fieldName,
            "is required; send your own id of the customer as a string of 1 to 255 characters"
        )
    }

    private mutating func reportRepeatedUnknownFields() {
        let members = unknownFields.map { JSONObject.Member(name: $0, value: .null) }
        for name in JSONObject(members).repeatedNames {
            problems.add(name, "appears more than once; send it once")
        }
    }

    /// Names every place that holds U+0000; only walked when the parser has seen one.
    private mutating func reportNULs(in value: JSONValue, at path: String) {
        switch value {
        case .null, .bool, .number: break
        case .string(let text):
            if text.utf8.contains(0) {
                problems.add(path, "must not contain the character U+0000, which Flexprice cannot store")
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() { reportNULs(in: element, at: "\(path)[\(index)]") }
        case .object(let object):
            for member in object.members {
                // Cut, or a long name with many members below it would be copied for each of them.
                let memberPath = (path.isEmpty ? member.name : "\(path).\(member.name)")
                    .cut(toBytes: FieldProblems.maximumNameBytes)
                if member.name.utf8.contains(0) {
                    problems.add(memberPath, "must not have the character U+0000 in its name")
                } else {
                    reportNULs(in: member.value, at: memberPath)
                }
            }
        }
    }

    private static func bit(_ field: KnownField) -> UInt32 {
        1 << UInt32(field.rawValue)
    }
}
