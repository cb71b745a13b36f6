package import CustomerContract
package import JSON
import Records

/// How a customer that was there already agrees with a command, field by field, over what the command sent.
///
/// Every field that the server gives back is compared, known or not. A `name` that equals the external_id is the
/// default of a command without one, and is not compared. Of an object every member that was sent must be there, and
/// more may be; of members of one name the last counts, as it does for the server; of an array every element in its
/// place. Strings are compared byte for byte, numbers as they are spelt; null, absence and the empty value are one.
package struct CustomerComparison: Sendable {
    /// The names of the fields that differ, sorted; of `metadata` each pair by itself.
    package let differing: [String]
    /// The names of the fields that the server does not give back, sorted: nothing is known of them.
    package let unverified: [String]

    /// The names of the fields that differ, sorted, `metadata` left aside.
    let differingFields: [String]
    /// The keys of the metadata pairs that differ, in the command's order.
    let differingPairs: [String]

    /// Whether all that can be compared is as the command has it.
    package var agrees: Bool { self.differing.isEmpty }

    /// Compares.
    package init(of customer: JSONObject, with command: CreateCustomerCommand) {
        var fields: [String] = []
        var pairs: [String] = []
        var unverified: [String] = []
        for member in Self.counting(command.fields) where member.value != .null && member.name != "external_id" {
            let theirs = customer[member.name]
            switch member.name {
            case "name" where member.value.text.map { ExternalID($0) } == command.externalID:
                continue
            case "timezone" where member.value.text?.isEmpty ?? false:
                // Flexprice makes UTC of an empty one when it creates the customer.
                if !Self.agree(.string("UTC"), theirs), !Self.agree(member.value, theirs) {
                    fields.append(member.name)
                }
            case "metadata":
                let sent = member.value.object.map { Self.counting($0) } ?? []
                for pair in sent where !Self.agree(pair.value, theirs?.object?[pair.name]) { pairs.append(pair.name) }
            case _ where theirs == nil && !Self.isAlwaysTold(member.name):
                unverified.append(member.name)
            default:
                if !Self.agree(member.value, theirs) { fields.append(member.name) }
            }
        }
        self.differingFields = fields.sorted()
        self.differingPairs = pairs
        self.differing = (fields + pairs.map { "metadata.\($0)" }).sorted()
        self.unverified = unverified.sorted()
    }

    /// Whether the server gives a field back whenever it has a value, so that its absence means that there is none.
    private static func isAlwaysTold(_ name: String) -> Bool { Self.told.contains(name) }

    private static let told: Set<String> = [
        "name", "email", "contact", "timezone", "address_line1", "address_line2", "address_city", "address_state",
        "address_postal_code", "address_country",
    ]

    private static func agree(_ ours: JSONValue, _ theirs: JSONValue?) -> Bool {
        if Self.isEmpty(ours), theirs.map(Self.isEmpty) ?? true { return true }
        switch (ours, theirs) {
        case (.string(let ours), .string(let theirs)?):
            return Array(ours.utf8) == Array(theirs.utf8)
        case (.object(let ours), .object(let theirs)?):
            return Self.counting(ours).allSatisfy { Self.agree($0.value, theirs[$0.name]) }
        case (.array(let ours), .array(let theirs)?):
            return ours.count == theirs.count && zip(ours, theirs).allSatisfy { Self.agree($0, $1) }
        default:
            return ours == theirs
        }
    }

    /// The members of an object, and of those of one name the last.
    private static func counting(_ object: JSONObject) -> [JSONObject.Member] {
        if object.repeatedNames.isEmpty { return object.members }
        var later = Set<ExactText>()
        return object.members.reversed().filter { later.insert(ExactText($0.name)).inserted }.reversed()
    }

    /// Unset and empty are one and the same to Flexprice.
    static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let object): object.members.isEmpty
        case .bool, .number: false
        }
    }
}

/// What has to be sent so that a customer agrees with a command.
///
/// An update changes only the fields that are sent, and replaces `metadata` as a whole: so the pairs that are there go
/// along, and those of the command win.
package struct CustomerChange: Sendable {
    /// What differs.
    let comparison: CustomerComparison
    /// The body of the `PUT`.
    package let body: JSONObject

    /// The names of the fields that differ, as ``CustomerComparison`` has them.
    package var differing: [String] { self.comparison.differing }

    /// Takes the fields that differ from the command.
    package init(of customer: JSONObject, to command: CreateCustomerCommand) {
        self.comparison = CustomerComparison(of: customer, with: command)
        var members: [JSONObject.Member] = []
        for name in self.comparison.differingFields {
            if let value = command.fields[name] { members.append(.init(name: name, value: value)) }
        }
        if !self.comparison.differingPairs.isEmpty {
            let ours = (command.fields["metadata"]?.object?.members ?? []).filter { $0.value != .null }
            var metadata = customer["metadata"]?.object ?? JSONObject()
            for pair in ours { metadata[pair.name] = pair.value }
            members.append(.init(name: "metadata", value: .object(metadata)))
        }
        self.body = JSONObject(members)
    }
}
