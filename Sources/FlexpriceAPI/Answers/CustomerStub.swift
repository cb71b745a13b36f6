public import CustomerContract

/// A customer that Flexprice made by itself when a usage event named an id that it did not know.
///
/// Such a stub has the id for its name, no e-mail and no address, and says in its metadata that a workflow made it. It is a
/// stub for a command only as long as nobody has filled it otherwise: a value that somebody set is never overwritten.
public struct CustomerStub: Sendable {
    /// The body of the `PUT` that gives the stub what the command has and it lacks.
    public let filling: JSONObject

    /// Takes a customer for a stub; `nil` when it is none, or when filling it would overwrite something.
    public init?(_ customer: JSONObject, for command: CreateCustomerCommand) {
        let metadata = customer["metadata"]?.object ?? JSONObject()
        guard metadata["created_by_workflow"]?.text == "true" else { return nil }
        var members: [JSONObject.Member] = []
        var lacksMetadata = false
        for name in CustomerComparison.differingFields(of: customer, from: command) {
            if name.hasPrefix(CustomerComparison.metadataPrefix) {
                guard metadata[String(name.dropFirst(CustomerComparison.metadataPrefix.count))] == nil else {
                    return nil
                }
                lacksMetadata = true
                continue
            }
            guard let value = command.fields[name], Self.isUnset(name, customer[name]?.text, command) else {
                return nil
            }
            members.append(.init(name: name, value: value))
        }
        if lacksMetadata {
            // The whole of it is replaced by an update, so what is there goes along.
            let ours = command.fields["metadata"]?.object?.members ?? []
            let added = ours.filter { $0.value != .null && metadata[$0.name] == nil }
            members.append(.init(name: "metadata", value: .object(JSONObject(metadata.members + added))))
        }
        self.filling = JSONObject(members)
    }

    /// Whether a field still has what Flexprice gives it by itself.
    private static func isUnset(_ name: String, _ value: String?, _ command: CreateCustomerCommand) -> Bool {
        guard let value, !value.isEmpty else { return true }
        switch name {
        case "name": return ExternalID(value) == command.externalID
        case "timezone": return value == "UTC"
        default: return false
        }
    }
}
