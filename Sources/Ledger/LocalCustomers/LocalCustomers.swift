package import CustomerContract
import JSON
package import Records
import Synchronization

/// The backend that keeps customers itself: makes the document that Flexprice would answer.
///
/// The document alone makes no customer: remembering it in the ledger does, and of two for the same external_id the
/// ledger keeps one.
package final class LocalCustomers: Sendable {
    private struct Making {
        var generator = ULIDGenerator()
        /// The last moment that was asked for, which is that of a whole batch, as text.
        var moment: (UnixMilliseconds, [UInt8])?

        mutating func next(at moment: UnixMilliseconds) -> (id: ULID, time: [UInt8]) {
            let id = self.generator.next(at: moment.value)
            if let (last, text) = self.moment, last == moment { return (id, text) }
            var text: [UInt8] = []
            moment.append(to: &text)
            self.moment = (moment, text)
            return (id, text)
        }
    }

    private let environmentID: String
    private let making = Mutex(Making())

    /// - Parameter environmentID: what `environment_id` of every customer says; empty when there is only one.
    package init(environmentID: String = "") {
        self.environmentID = environmentID
    }

    /// Makes the customer of a command, with all the fields of the API's answer in its order.
    package func make(_ command: CreateCustomerCommand, at moment: UnixMilliseconds) -> CustomerDocument {
        let (id, time) = self.making.withLock { $0.next(at: moment) }
        var writer = JSONWriter(capacity: (command.context.message.value?.count ?? 0) + Self.mostBesideCommand)
        writer.beginObject()
        writer.plainName("id")
        writer.plainString { bytes in
            bytes.append(contentsOf: "cust_".utf8)
            id.append(to: &bytes)
        }
        writer.plainName("external_id")
        writer.string(command.externalID.text)
        if let body = command.plainBody { Self.write(body, to: &writer) } else { Self.write(command, to: &writer) }
        writer.plainName("environment_id")
        writer.string(self.environmentID)
        writer.plainName("tenant_id")
        writer.plainString("")
        writer.plainName("status")
        writer.plainString("published")
        writer.plainName("created_at")
        writer.plainString(time)
        writer.plainName("updated_at")
        writer.plainString(time)
        writer.plainName("created_by")
        writer.plainString("")
        writer.plainName("updated_by")
        writer.plainString("")
        writer.endObject()
        return CustomerDocument(json: writer.bytes)
    }

    /// What a customer has beside what its command has, at most, in bytes, but for the environment's id.
    private static let mostBesideCommand = 640

    private static let alwaysPresent: [KnownField] = [
        .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState, .addressPostalCode, .addressCountry,
    ]
    private static let presentWhenSent: [KnownField] = [.contact, .billingCurrency, .contactPersons, .taxTreatment]

    private static func write(_ command: CreateCustomerCommand, to writer: inout JSONWriter) {
        for field in Self.alwaysPresent {
            writer.name(field.fieldName)
            if let value = command[field] { writer.write(value) } else { writer.string("") }
        }
        for field in Self.presentWhenSent {
            guard let value = command[field] else { continue }
            writer.name(field.fieldName)
            writer.write(value)
        }
        writer.plainName("timezone")
        if case .string(let zone)? = command[.timezone], !zone.isEmpty {
            writer.string(zone)
        } else {
            writer.string("UTC")
        }
        writer.plainName("metadata")
        Self.write(metadata: command[.metadata], to: &writer)
    }

    /// The same of an ordinary body, whose values are there as JSON.
    private static func write(_ body: PlainBody, to writer: inout JSONWriter) {
        for field in Self.alwaysPresent {
            writer.raw(quotedName: field.quotedName)
            if let json = body.json(of: field) { writer.raw(json) } else { writer.plainString("") }
        }
        for field in Self.presentWhenSent {
            guard let json = body.json(of: field) else { continue }
            writer.raw(quotedName: field.quotedName)
            writer.raw(json)
        }
        writer.plainName("timezone")
        // Two quotes are an empty string.
        if let zone = body.json(of: .timezone), zone.count > 2 { writer.raw(zone) } else { writer.plainString("UTC") }
        writer.plainName("metadata")
        if let metadata = body.json(of: .metadata) { writer.raw(metadata) } else { writer.null() }
    }

    /// As Flexprice keeps it: absent is null, and a null value is an empty string.
    private static func write(metadata: JSONValue?, to writer: inout JSONWriter) {
        guard case .object(let object)? = metadata else { return writer.null() }
        writer.beginObject()
        for member in object.members {
            writer.name(member.name)
            if member.value.isNull { writer.string("") } else { writer.write(member.value) }
        }
        writer.endObject()
    }
}
