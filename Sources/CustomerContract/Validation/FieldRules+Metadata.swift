import JSON
import Records

/// The rules for maps of strings.
extension FieldRules {
    /// The `metadata` of a customer: a map of strings in which some keys are reserved for tax registrations.
    mutating func customerMetadata(_ value: JSONValue) {
        guard let entries = stringMap(value) else { return }
        var gstin: [UInt8]?
        var pan: [UInt8]?
        for member in entries.members {
            guard let identifier = taxIdentifier(named: member.name), let text = member.value.stringValue else {
                continue
            }
            let normalised = identifier.normalised(text)
            guard !normalised.isEmpty else { continue }
            guard identifier.matches(normalised) else {
                problems.add(
                    "\(path).\(member.name)",
                    "must be \(identifier.expectation); Flexprice reserves this key, so use another one for anything "
                        + "else"
                )
                continue
            }
            switch identifier {
            case .gstin: gstin = normalised
            case .pan: pan = normalised
            case .hsnSAC: break
            }
        }
        if let gstin, let pan, !TaxIdentifier.pan(inGSTIN: gstin).elementsEqual(pan) {
            problems.add("\(path).pan", "must be the PAN that \(path).gstin contains, its characters 3 to 12")
        }
    }

    /// An object whose values are strings; nulls are taken, as Flexprice keeps them as empty strings.
    ///
    /// Returns nil when the value is no object; a wrong entry is only reported.
    @discardableResult
    mutating func stringMap(_ value: JSONValue) -> JSONObject? {
        guard case .object(let entries) = value else {
            problems.add(path, "must be an object whose values are strings; found \(value.kind)")
            return nil
        }
        for member in entries.members {
            switch member.value {
            case .string, .null: break
            case .bool, .number, .array, .object:
                problems.add(
                    "\(path).\(member.name)",
                    "must be a string; found \(member.value.kind). Write it in double quotes"
                )
            }
        }
        reportRepeatedNames(in: entries)
        return entries
    }

    /// Reports the members that occur more than once: Flexprice would take the last and drop the others silently.
    mutating func reportRepeatedNames(in object: JSONObject) {
        for name in object.repeatedNames {
            problems.add("\(path).\(name)", "appears more than once; send it once")
        }
    }

    private func taxIdentifier(named name: String) -> TaxIdentifier? {
        TaxIdentifier.allCases.first { $0.rawValue.hasSameBytes(as: name) }
    }
}
