import CustomerContract
import JSON
import Operations
import Records
import Redrive
import Topics

/// A command as a form: what its fields hold as texts that survive a browser, and the merge patch that makes of them
/// what an operator wrote.
///
/// A text with characters that a page cannot show, such as control and formatting characters, is edited as JSON, where
/// these are escapes. What an operator leaves as it is stays byte for byte.
struct CommandForm: Sendable {
    enum Kind: Sendable, Hashable {
        /// As a text; a number becomes one.
        case text
        case json
        /// As rows of keys and texts.
        case entries
    }

    struct Field: Sendable {
        let field: KnownField
        let kind: Kind
        /// What the form shows; empty for an absent field.
        let shown: String
        /// What the command has; `nil` for an absent field.
        let original: JSONValue?
        var name: String { self.field.fieldName }
        var control: String { "field.\(self.name)" }

        /// Whether an operator wrote a plain text in the place of JSON, where a text belongs.
        func isWrittenAsText(_ given: String?) -> Bool {
            guard self.field.kind == .text, self.kind == .json, let given, !given.hasSameBytes(as: self.shown) else {
                return false
            }
            return given.first { !$0.isWhitespace }.map { !"\"[{".contains($0) } ?? true
        }
    }

    struct Entry: Sendable {
        let key: String
        let shown: String
        let original: JSONValue
    }

    struct Edited: Sendable {
        var patch: JSONObject?
        /// What cannot be read, by field; `other` is the area of unknown fields.
        var problems: [(field: String, message: String)] = []
    }

    /// The area of unknown fields, in controls and problems.
    static let other = "other"
    /// Rows that are read at most.
    static let mostRows = 200

    /// The known fields, in the order of the contract.
    let fields: [Field]
    /// The rows of the metadata, if it is edited as such.
    let entries: [Entry]
    /// The unknown fields as a JSON object; empty for none.
    let others: String
    private let body: JSONObject

    init(_ body: JSONObject) {
        self.body = body
        self.fields = KnownField.allCases.map { Self.field($0, body[$0.fieldName]) }
        self.entries = (body[KnownField.metadata.fieldName]?.objectValue).flatMap { Self.rows($0) } ?? []
        let unknown = body.members.filter { KnownField(named: $0.name) == nil }
        self.others = unknown.isEmpty ? "" : Self.text(.object(JSONObject(unknown)))
    }

    /// The form of a dead letter's command; `nil` when its value is not a JSON object.
    ///
    /// In a CloudEvent in structured mode the command is its `data`.
    init?(_ letter: DeadLetter) {
        guard let value = letter.record.value, let object = try? JSONParser.parseObject(value) else { return nil }
        guard letter.isStructuredEvent else {
            self.init(object)
            return
        }
        guard let data = object["data"]?.objectValue else { return nil }
        self.init(data)
    }

    private static func field(_ field: KnownField, _ value: JSONValue?) -> Field {
        guard let value, !value.isNull else { return Field(field: field, kind: field.kind, shown: "", original: value) }
        switch (field.kind, value) {
        case (.text, .string(let text)) where text.isShowable:
            return Field(field: field, kind: .text, shown: text, original: value)
        case (.text, .number(let number)):
            return Field(field: field, kind: .text, shown: number.spelling, original: value)
        case (.entries, .object(let object)) where Self.rows(object) != nil:
            return Field(field: field, kind: .entries, shown: "", original: value)
        default:
            return Field(field: field, kind: .json, shown: Self.text(value), original: value)
        }
    }

    /// The rows of an object of texts; `nil` when it cannot be shown so.
    private static func rows(_ object: JSONObject) -> [Entry]? {
        guard object.members.count <= self.mostRows, object.repeatedNames.isEmpty else { return nil }
        var rows: [Entry] = []
        for member in object.members {
            guard member.name.isShowable, !member.name.isEmpty else { return nil }
            switch member.value {
            case .null: rows.append(Entry(key: member.name, shown: "", original: member.value))
            case .string(let text) where text.isShowable:
                rows.append(Entry(key: member.name, shown: text, original: member.value))
            case .number(let number):
                rows.append(Entry(key: member.name, shown: number.spelling, original: member.value))
            case .bool, .string, .array, .object: return nil
            }
        }
        return rows
    }

    /// A value as JSON of several lines, in which what a page cannot show is escaped.
    static func text(_ value: JSONValue) -> String {
        var text = ""
        for scalar in PrettyJSON.text(value).unicodeScalars {
            // Outside strings there are no such characters but the line breaks.
            if scalar == "\n" || scalar.isShowable {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return text
    }
}

extension CommandForm {
    /// Reads what an operator submitted.
    ///
    /// - Parameter value: The text of a control; `nil` for one that was not sent, whose field stays.
    func edited(_ value: (String) -> String?) -> Edited {
        var edited = Edited()
        var new = JSONObject()
        for field in self.fields {
            let read: JSONValue?
            switch field.kind {
            case .text: read = Self.text(of: field, value(field.control))
            case .json where field.isWrittenAsText(value(field.control)):
                read = Self.text(of: field, value(field.control))
            case .json: read = Self.json(field.original, field.shown, value(field.control), field.name, &edited)
            case .entries: read = self.rows(of: field, value, &edited)
            }
            if value("remove.\(field.name)") == nil { new[field.name] = read }
        }
        let unknown = self.body.members.filter { KnownField(named: $0.name) == nil }
        let original = unknown.isEmpty ? nil : JSONValue.object(JSONObject(unknown))
        switch Self.json(original, self.others, value("field.\(Self.other)"), Self.other, &edited) {
        case .object(let object):
            for name in object.members.map(\.name) where KnownField(named: name) != nil {
                edited.problems.append((Self.other, "\(name) is edited in its own control"))
            }
            if value("allow_unknown") == nil { Self.check(object, original, &edited) }
            new.members += object.members
        case nil: break
        default: edited.problems.append((Self.other, "must be a JSON object"))
        }
        if edited.problems.isEmpty { edited.patch = MergePatch.between(self.body, new) }
        return edited
    }

    private static func text(of field: Field, _ given: String?) -> JSONValue? {
        guard let given else { return field.original }
        if given.hasSameBytes(as: field.shown) {
            // A number where a text must be is what the operator sees as one.
            guard case .number(let number) = field.original else { return field.original }
            return .string(number.spelling)
        }
        return given.isEmpty ? nil : .string(given)
    }

    private static func json(
        _ original: JSONValue?,
        _ shown: String,
        _ given: String?,
        _ name: String,
        _ edited: inout Edited
    ) -> JSONValue? {
        guard let given else { return original }
        guard given.contains(where: { !$0.isWhitespace }) else { return shown.isEmpty ? original : nil }
        do {
            let value = try JSONParser.parse(Array(given.utf8))
            return value.isNull && !(original?.isNull ?? false) ? nil : value
        } catch {
            edited.problems.append((name, "is not JSON: at byte \(error.byteOffset), \(error.explanation)"))
            return original
        }
    }

    private func rows(of field: Field, _ value: (String) -> String?, _ edited: inout Edited) -> JSONValue? {
        var object = JSONObject()
        var isGiven = false
        for row in 0..<Self.mostRows {
            guard let key = value("\(field.name).\(row).key") else { continue }
            isGiven = true
            let text = value("\(field.name).\(row).value") ?? ""
            if key.isEmpty {
                if !text.isEmpty { edited.problems.append((field.name, "has a value without a key: \(text)")) }
                continue
            }
            if object[key] != nil { edited.problems.append((field.name, "has the key \(key) more than once")) }
            object[key] = .string(text)
            if let entry = self.entries.first(where: { $0.key.hasSameBytes(as: key) }), entry.original.isNull,
                text.isEmpty
            {
                object[key] = .null
            }
        }
        guard isGiven else { return field.original }
        if object.members.isEmpty, self.entries.isEmpty { return field.original }
        return object.members.isEmpty ? nil : .object(object)
    }

    /// A field that the command did not have must be one that commands have.
    private static func check(_ object: JSONObject, _ original: JSONValue?, _ edited: inout Edited) {
        let added = object.members.filter {
            original?.objectValue?[$0.name] == nil && KnownField(named: $0.name) == nil
        }
        guard let patch = MergePatch.between(JSONObject(), JSONObject(added)) else { return }
        var edits = CommandEdits()
        do {
            try edits.patch(JSONWriter.encode(patch))
            try edits.checkFields()
        } catch {
            edited.problems.append((self.other, "\(error)"))
        }
    }
}

extension KnownField {
    /// How a field is edited when nothing is odd about it.
    fileprivate var kind: CommandForm.Kind {
        switch self {
        case .metadata: .entries
        case .skipOnboardingWorkflow, .taxRateOverrides, .integrationEntityMapping, .contactPersons: .json
        case .externalID, .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState,
            .addressPostalCode, .addressCountry, .contact, .timezone, .onboardingWorkflowName, .billingCurrency,
            .taxTreatment:
            .text
        }
    }
}

extension Unicode.Scalar {
    /// Whether a page can show it, and a form sends it back as it is.
    fileprivate var isShowable: Bool {
        switch self.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension String {
    fileprivate var isShowable: Bool { self.unicodeScalars.allSatisfy(\.isShowable) }
}
