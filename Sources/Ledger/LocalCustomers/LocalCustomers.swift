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

    /// What `environment_id` says, as JSON.
    private let environmentID: [UInt8]
    private let making = Mutex(Making())

    /// - Parameter environmentID: what `environment_id` of every customer says; empty when there is only one.
    package init(environmentID: String = "") {
        self.environmentID = JSONWriter.encode(.string(environmentID))
    }

    /// Makes the customer of a command, with all the fields of the API's answer in its order.
    package func make(_ command: CreateCustomerCommand, at moment: UnixMilliseconds) -> CustomerDocument {
        var json: [UInt8] = []
        self.append(command, at: moment, to: &json)
        return CustomerDocument(json: json)
    }

    /// Makes the customers of commands, of which some share a piece of memory.
    package func make(
        _ commands: [CreateCustomerCommand],
        at moment: UnixMilliseconds
    ) -> [CustomerDocument] {
        var made: [CustomerDocument] = []
        made.reserveCapacity(commands.count)
        var ends: [Int] = []
        var memory: [UInt8] = []
        func share() {
            var start = 0
            for end in ends {
                made.append(CustomerDocument(bytes: memory[start..<end]))
                start = end
            }
            ends.removeAll(keepingCapacity: true)
            memory = []
        }
        for command in commands {
            if memory.isEmpty {
                memory.reserveCapacity(min(Self.sharedBytes, (commands.count - made.count) * Self.usualBytes))
            }
            self.append(command, at: moment, to: &memory)
            ends.append(memory.count)
            if memory.count > Self.sharedBytes - 2 * Self.usualBytes { share() }
        }
        share()
        return made
    }

    /// The memory that customers share, in bytes: it lasts as long as one of them, and fits the allocator's caches.
    private static let sharedBytes = 28_000
    /// What an ordinary customer has, about, in bytes.
    private static let usualBytes = 1_024

    private func append(_ command: CreateCustomerCommand, at moment: UnixMilliseconds, to json: inout [UInt8]) {
        let (id, time) = self.making.withLock { $0.next(at: moment) }
        if let body = command.plainBody {
            self.append(body, id, time, to: &json)
        } else {
            json.append(contentsOf: self.json(of: command, id, time))
        }
    }

    private func json(of command: CreateCustomerCommand, _ id: ULID, _ time: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: 768)
        writer.beginObject()
        writer.plainName("id")
        writer.plainString { bytes in
            bytes.append(contentsOf: "cust_".utf8)
            id.append(to: &bytes)
        }
        writer.plainName("external_id")
        writer.string(command.externalID.text)
        Self.write(command, to: &writer)
        writer.plainName("environment_id")
        writer.raw(self.environmentID)
        writer.plainName("tenant_id")
        writer.string("")
        writer.plainName("status")
        writer.string("published")
        for name in ["created_at", "updated_at"] {
            writer.name(name)
            writer.plainString(time)
        }
        for name in ["created_by", "updated_by"] {
            writer.name(name)
            writer.string("")
        }
        writer.endObject()
        return writer.bytes
    }

    /// What a customer has beside what its command and the environment's id have, at most, in bytes.
    private static let mostBesideCommand = 640

    private static let alwaysPresent: [KnownField] = [
        .name, .email, .addressLine1, .addressLine2, .addressCity, .addressState, .addressPostalCode, .addressCountry,
    ]
    private static let presentWhenSent: [KnownField] = [.contact, .billingCurrency, .contactPersons, .taxTreatment]

    /// The same document of an ordinary body, whose values are there as JSON: written in one piece.
    private func append(_ body: PlainBody, _ id: ULID, _ time: [UInt8], to json: inout [UInt8]) {
        let most = body.bytes.count + (body.lacksName ? body.bytes.count : 0) + self.environmentID.count
        json.append(addingCapacity: most + Self.mostBesideCommand) { (output: inout OutputSpan<UInt8>) in
            output.append(literal: #"{"id":"cust_"#)
            id.append(to: &output)
            output.append(literal: #"","external_id":"#)
            _ = body.append(.externalID, to: &output)
            for field in Self.alwaysPresent {
                output.append(UInt8(ascii: ","))
                output.append(copying: field.quotedName)
                if !body.append(field, to: &output) { output.append(literal: #""""#) }
            }
            for field in Self.presentWhenSent where body.has(field) {
                output.append(UInt8(ascii: ","))
                output.append(copying: field.quotedName)
                _ = body.append(field, to: &output)
            }
            output.append(literal: #","timezone":"#)
            if body.isEmptyText(.timezone) || !body.append(.timezone, to: &output) { output.append(literal: #""UTC""#) }
            output.append(literal: #","metadata":"#)
            if !body.append(.metadata, to: &output) { output.append(literal: "null") }
            output.append(literal: #","environment_id":"#)
            output.append(copying: self.environmentID)
            output.append(literal: #","tenant_id":"","status":"published","created_at":""#)
            output.append(copying: time)
            output.append(literal: #"","updated_at":""#)
            output.append(copying: time)
            output.append(literal: #"","created_by":"","updated_by":""}"#)
        }
    }

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
