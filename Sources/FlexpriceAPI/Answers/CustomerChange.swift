public import CustomerContract
public import JSON

/// What has to be sent so that a customer agrees with a command.
///
/// An update changes only the fields that are sent, and replaces `metadata` as a whole: so the pairs that are there go
/// along, and those of the command win.
public struct CustomerChange: Sendable {
    /// The names of the fields that differ, as ``CustomerComparison`` has them.
    public let differing: [String]
    /// The body of the `PUT`.
    public let body: JSONObject

    /// Takes the fields that differ from the command.
    public init(of customer: JSONObject, to command: CreateCustomerCommand) {
        self.differing = CustomerComparison(of: customer, with: command).differing
        var members: [JSONObject.Member] = []
        var changesMetadata = false
        for name in self.differing {
            if name.hasPrefix(CustomerComparison.metadataPrefix) {
                changesMetadata = true
            } else if let value = command.fields[name] {
                members.append(.init(name: name, value: value))
            }
        }
        if changesMetadata {
            let ours = (command.fields["metadata"]?.object?.members ?? []).filter { $0.value != .null }
            var metadata = customer["metadata"]?.object ?? JSONObject()
            for pair in ours { metadata[pair.name] = pair.value }
            members.append(.init(name: "metadata", value: .object(metadata)))
        }
        self.body = JSONObject(members)
    }
}
