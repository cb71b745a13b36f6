package import CustomerContract
package import JSON

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
