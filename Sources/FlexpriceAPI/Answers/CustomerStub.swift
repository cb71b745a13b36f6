package import CustomerContract
package import JSON

/// A customer that Flexprice made by itself when a usage event named an id that it did not know.
///
/// Such a stub has the id for its name, no e-mail and no address, and says in its metadata that a workflow made it. It
/// is a stub for a command only as long as nothing else has filled it: a value that is set is never overwritten.
package struct CustomerStub: Sendable {
    /// The body of the `PUT` that gives the stub what the command has and it lacks.
    package let filling: JSONObject

    /// Takes a customer for a stub; `nil` when it is none, or when filling it would overwrite something.
    package init?(_ customer: JSONObject, for command: CreateCustomerCommand) {
        let metadata = customer["metadata"]?.object ?? JSONObject()
        guard metadata["created_by_workflow"]?.text == "true" else { return nil }
        let change = CustomerChange(of: customer, to: command)
        guard change.comparison.differingPairs.allSatisfy({ metadata[$0] == nil }),
            change.comparison.differingFields.allSatisfy({ Self.isUnset($0, customer[$0], command) })
        else { return nil }
        self.filling = change.body
    }

    /// Whether a field still has what Flexprice gives it by itself.
    private static func isUnset(_ name: String, _ value: JSONValue?, _ command: CreateCustomerCommand) -> Bool {
        guard let value, !CustomerComparison.isEmpty(value) else { return true }
        switch name {
        case "name": return value.text.map { ExternalID($0) } == command.externalID
        case "timezone": return value.text == "UTC"
        default: return false
        }
    }
}
