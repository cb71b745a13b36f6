public import CustomerContract
import Synchronization

/// The backend that keeps customers itself: makes the document that Flexprice would answer.
///
/// The document alone makes nobody a customer: remembering it in the ledger does, and of two for the same external_id the
/// ledger keeps one.
public final class LocalCustomers: Sendable {
    private let environmentID: String
    private let generator = Mutex(ULIDGenerator())

    /// - Parameter environmentID: what `environment_id` of every customer says; empty when there is only one.
    public init(environmentID: String = "") {
        self.environmentID = environmentID
    }

    /// Makes the customer of a command, with all the fields of the API's answer in its order.
    public func make(_ command: CreateCustomerCommand, at moment: UnixMilliseconds) -> CustomerDocument {
        let id = self.generator.withLock { "cust_" + $0.next(at: moment.value) }
        let time = JSONValue.string(moment.description)
        let fields = command.fields
        var members: [JSONObject.Member] = [
            .init(name: "id", value: .string(id)),
            .init(name: "external_id", value: .string(command.externalID.text)),
        ]
        for name in Self.alwaysPresent {
            members.append(.init(name: name, value: Self.present(fields[name]) ?? .string("")))
        }
        for name in Self.presentWhenSent {
            if let value = Self.present(fields[name]) { members.append(.init(name: name, value: value)) }
        }
        members.append(.init(name: "timezone", value: Self.timezone(fields["timezone"])))
        members.append(.init(name: "metadata", value: Self.metadata(fields["metadata"])))
        members.append(.init(name: "environment_id", value: .string(self.environmentID)))
        members.append(.init(name: "tenant_id", value: .string("")))
        members.append(.init(name: "status", value: .string("published")))
        members.append(.init(name: "created_at", value: time))
        members.append(.init(name: "updated_at", value: time))
        members.append(.init(name: "created_by", value: .string("")))
        members.append(.init(name: "updated_by", value: .string("")))
        return CustomerDocument(JSONObject(members))
    }

    private static let alwaysPresent = [
        "name", "email", "address_line1", "address_line2", "address_city", "address_state", "address_postal_code",
        "address_country",
    ]
    private static let presentWhenSent = ["contact", "billing_currency", "contact_persons", "tax_treatment"]

    private static func present(_ value: JSONValue?) -> JSONValue? {
        guard let value, value != .null else { return nil }
        return value
    }

    private static func timezone(_ value: JSONValue?) -> JSONValue {
        guard case .string(let zone)? = value, !zone.isEmpty else { return .string("UTC") }
        return .string(zone)
    }

    /// As Flexprice stores it: absent is null, and a null value is an empty string.
    private static func metadata(_ value: JSONValue?) -> JSONValue {
        guard case .object(let object)? = value else { return .null }
        let members = object.members.map { member in
            member.value == .null ? JSONObject.Member(name: member.name, value: .string("")) : member
        }
        return .object(JSONObject(members))
    }
}
