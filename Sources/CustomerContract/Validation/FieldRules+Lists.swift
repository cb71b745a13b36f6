import JSON
import Records

/// The rules for fields that are arrays of objects.
extension FieldRules {
    /// The `tax_rate_overrides`; an empty array opts out of the tenant's taxes, which null and absence do not.
    mutating func taxRateOverrides(_ value: JSONValue) {
        let members = ["tax_rate_code", "currency", "priority", "auto_apply", "metadata", "tax_behavior"]
        objects(value, members: members) { rules, object in
            rules.member("tax_rate_code", of: object, isRequired: true) { $0.nonEmptyText($1) }
            rules.member("currency", of: object) { $0.text($1, maximumCharacters: 100) }
            rules.member("priority", of: object) { $0.nonNegativeInteger($1) }
            rules.member("auto_apply", of: object) { $0.boolean($1) }
            rules.member("metadata", of: object) { $0.stringMap($1) }
            rules.member("tax_behavior", of: object) { $0.text($1) }
        }
    }

    /// The `integration_entity_mapping`, which Flexprice checks although it does nothing with it on create.
    mutating func integrationEntityMappings(_ value: JSONValue) {
        let required = ["entity_id", "entity_type", "provider_type", "provider_entity_id"]
        objects(value, members: required + ["metadata"]) { rules, object in
            for (name, characters) in zip(required, [255, Int.max, 50, 255]) {
                rules.member(name, of: object, isRequired: true) {
                    $0.nonEmptyText($1)
                    $0.text($1, maximumCharacters: characters)
                }
            }
            rules.member("metadata", of: object) { $0.object($1) }
        }
    }

    /// The `contact_persons`, of whom at most one is the primary one.
    mutating func contactPersons(_ value: JSONValue) {
        let texts = ["last_name", "salutation", "designation", "department", "email", "mobile", "id"]
        var primaryCount = 0
        objects(value, members: ["first_name", "is_primary"] + texts) { rules, object in
            rules.member("first_name", of: object, isRequired: true) { $0.nonEmptyText($1) }
            for name in texts {
                rules.member(name, of: object) { $0.text($1) }
            }
            rules.member("is_primary", of: object) { $0.boolean($1) }
            if object["is_primary"] == .bool(true) { primaryCount += 1 }
        }
        if primaryCount > 1 {
            problems.add(path, "must have at most one person with is_primary true; found \(primaryCount)")
        }
    }

    /// A whole number that an `integer` of PostgreSQL holds, from 0; `1.0` and `1e0` are refused, since Flexprice
    /// cannot read them into an integer.
    private mutating func nonNegativeInteger(_ value: JSONValue) {
        guard case .number(let number) = value, let integer = number.integerValue else {
            let found =
                if case .number = value { "a number with a fraction or exponent, or too large" } else { value.kind }
            problems.add(path, "must be a whole number from 0; found \(found)")
            return
        }
        if integer < 0 { problems.add(path, "must be a whole number from 0; found a negative one") }
        if integer > Int(Int32.max) { problems.add(path, "must be at most \(Int32.max); found a larger number") }
    }

    /// Any object.
    private mutating func object(_ value: JSONValue) {
        guard case .object = value else {
            problems.add(path, "must be an object; found \(value.kind)")
            return
        }
    }

    /// An array of objects; judges each with rules of its own path.
    private mutating func objects(
        _ value: JSONValue,
        members names: [String],
        judge: (inout FieldRules, JSONObject) -> Void
    ) {
        guard case .array(let elements) = value else {
            problems.add(path, "must be an array of objects; found \(value.kind)")
            return
        }
        for (index, element) in elements.enumerated() {
            var rules = FieldRules(path: "\(path)[\(index)]", problems: problems)
            if case .object(let object) = element {
                rules.reportRepeatedNames(in: object)
                rules.reportCaseVariants(in: object, of: names)
                judge(&rules, object)
            } else {
                rules.problems.add(rules.path, "must be an object; found \(element.kind)")
            }
            problems = rules.problems
        }
    }

    /// Judges one member of an object with rules of its own path; null counts as absent.
    private mutating func member(
        _ name: String,
        of object: JSONObject,
        isRequired: Bool = false,
        judge: (inout FieldRules, JSONValue) -> Void
    ) {
        guard let value = object[name], !value.isNull else {
            if isRequired { problems.add("\(path).\(name)", "is required") }
            return
        }
        var rules = FieldRules(path: "\(path).\(name)", problems: problems)
        judge(&rules, value)
        problems = rules.problems
    }

    /// Reports members that Flexprice would take for one of those names, see `FoldedName`.
    private mutating func reportCaseVariants(in object: JSONObject, of names: [String]) {
        for member in object.members {
            guard let folded = FoldedName.fold(member.name),
                let name = names.first(where: { $0.hasSameBytes(as: folded) })
            else { continue }
            problems.add(
                "\(path).\(member.name)",
                "must be written \(name): Flexprice reads names without regard to case"
            )
        }
    }
}
