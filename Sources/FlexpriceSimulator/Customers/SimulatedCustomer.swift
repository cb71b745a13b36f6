import JSON
import Records

package struct SimulatedCustomer: Sendable {
    package enum Status: String, Sendable {
        case published
        case archived
    }

    /// `cust_` and a ULID.
    package let id: String
    /// The text fields; one that is absent is written as empty, or left out if it is the contact.
    var texts: [CustomerField: String]
    /// Nil when none was sent, which is not the same as empty.
    var metadata: Metadata?
    package internal(set) var status = Status.published
    let createdAt: UnixNanoseconds
    var updatedAt: UnixNanoseconds

    /// The environment of all customers, and their tenant.
    static let environmentID = "env_01K00000000000000000000000"
    static let tenantID = "tenant_01K00000000000000000000000"
    /// The user behind the key.
    static let userID = "user_01K00000000000000000000000"

    init(_ texts: [CustomerField: String], metadata: Metadata?, at now: UnixNanoseconds) {
        self.id = "cust_" + ULID.make(at: now)
        self.texts = texts
        self.metadata = metadata
        self.createdAt = now
        self.updatedAt = now
        if self[.timezone].isEmpty { self.texts[.timezone] = "UTC" }
    }

    /// The value of a text field; empty when it is absent.
    subscript(field: CustomerField) -> String { self.texts[field] ?? "" }

    /// The id of the caller's system; unique byte for byte among the published customers.
    package var externalID: String { self[.externalID] }
    package var name: String { self[.name] }

    /// The row as PostgreSQL keeps it; nil where the insert fails, which the server answers with a 500 each time.
    ///
    /// A column of `varchar(255)` counts characters. It refuses a longer text, except that an overflow of nothing but
    /// spaces is cut off silently. No text can hold U+0000.
    var stored: SimulatedCustomer? {
        let texts = Array(self.texts.values) + (self.metadata ?? [:]).flatMap { [$0.key.text, $0.value] }
        if texts.contains(where: { $0.utf8.contains(0) }) { return nil }
        var stored = self
        for field in [CustomerField.externalID, .email] {
            let scalars = self[field].unicodeScalars
            guard scalars.count > 255 else { continue }
            guard scalars.dropFirst(255).allSatisfy({ $0 == " " }) else { return nil }
            stored.texts[field] = String(scalars.prefix(255))
        }
        return stored
    }

    /// The customer in the server's order of fields.
    ///
    /// - Parameter isEcho: Whether the times are spelled as a create or update echoes them, in the nanoseconds of the
    ///   server's clock, or as a read shows them, in the microseconds that PostgreSQL keeps.
    func json(isEcho: Bool) -> JSONValue {
        var object = JSONObject(["id": .string(self.id)])
        for field in CustomerField.allCases where field != .contact || self.texts[field] != nil {
            object[field.rawValue] = .string(self[field])
        }
        let pairs = self.metadata?.map { JSONObject.Member(name: $0.key.text, value: .string($0.value)) }
        object["metadata"] = pairs.map { .sorted($0) } ?? .null
        object["environment_id"] = .string(Self.environmentID)
        object["tenant_id"] = .string(Self.tenantID)
        object["status"] = .string(self.status.rawValue)
        object["created_at"] = .string((isEcho ? self.createdAt : self.createdAt.roundedToMicroseconds).rfc3339)
        object["updated_at"] = .string((isEcho ? self.updatedAt : self.updatedAt.roundedToMicroseconds).rfc3339)
        object["created_by"] = .string(Self.userID)
        object["updated_by"] = .string(Self.userID)
        return .object(object)
    }
}
