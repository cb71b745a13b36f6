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
        var moment: (UnixMilliseconds, String)?

        mutating func next(at moment: UnixMilliseconds) -> (id: String, time: String) {
            let id = self.generator.next(at: moment.value)
            if let (last, text) = self.moment, last == moment { return (id, text) }
            let text = moment.description
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
        var writer = JSONWriter(capacity: 768)
        writer.beginObject()
        writer.plainName("id")
        writer.string("cust_" + id)
        writer.plainName("external_id")
        writer.string(command.externalID.text)
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
        writer.plainName("environment_id")
        writer.string(self.environmentID)
        writer.plainName("tenant_id")
        writer.string("")
        writer.plainName("status")
        writer.string("published")
        writer.plainName("created_at")
        writer.string(time)
        writer.plainName("updated_at")
        writer.string(time)
        writer.plainName("created_by")
        writer.string("")
        writer.plainName("updated_by")
        writer.string("")
        writer.endObject()
        return CustomerDocument(json: writer.bytes)
    }

    private static let alwaysPresent: [KnownField] = [
        .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState, .addressPostalCode, .addressCountry,
    ]
    private static let presentWhenSent: [KnownField] = [.contact, .billingCurrency, .contactPersons, .taxTreatment]

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
