import CustomerContract
import JSON
import Kafka
import Records
import Testing

@testable import CustomerCommands

/// The record that a customer becomes.
@Suite struct PreparedCommandTests {
    private static var settings: CustomerCommandsSettings {
        CustomerCommandsSettings(brokers: "127.0.0.1:1", source: "sign-up")
    }

    private static func header(_ command: PreparedCommand, _ name: String) -> String? {
        command.record.headers[HeaderName(name)].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `every field has its name on the wire, and what is nil is left out`() throws {
        var customer = NewCustomer(externalID: "acct_1", name: "Acme", email: "a@b.co")
        #expect(
            String(decoding: JSONWriter.encode(customer.fields), as: UTF8.self)
                == #"{"external_id":"acct_1","name":"Acme","email":"a@b.co"}"#
        )
        customer.contact = "1"
        customer.addressLine1 = "2"
        customer.addressLine2 = "3"
        customer.addressCity = "4"
        customer.addressState = "5"
        customer.addressPostalCode = "6"
        customer.addressCountry = "IN"
        customer.timezone = "UTC"
        customer.metadata = ["b": "2", "a": "1"]
        customer.otherFields = JSONObject([.init(name: "tax_treatment", value: .string("exempt"))])
        #expect(
            customer.fields.members.map(\.name) == [
                "external_id", "name", "email", "contact", "address_line1", "address_line2", "address_city",
                "address_state", "address_postal_code", "address_country", "timezone", "metadata", "tax_treatment",
            ]
        )
        #expect(customer.fields["metadata"]?.objectValue?.members.map(\.name) == ["a", "b"])
        // Taken by the worker's own rules, as a command without unknown fields.
        let value = JSONWriter.encode(customer.fields)
        let message = KafkaRecord(position: RecordPosition(topic: "t", partition: 0, offset: 0), value: value)
        guard case .command(let command) = CommandReader().read(message) else {
            Issue.record("refused")
            return
        }
        #expect(command.unknownFields.isEmpty)
    }

    @Test func `the record is a CloudEvent keyed by the external id`() throws {
        var settings = Self.settings
        settings.answers = .replyTopic("replies.sign-up")
        let command = try PreparedCommand(NewCustomer(externalID: "acct_1"), id: "c-7", correlation: "x-1", settings)
        #expect(command.record.topic == "customer_commands")
        #expect(command.record.key == Array("acct_1".utf8))
        #expect(Self.header(command, "ce_id") == "c-7")
        #expect(Self.header(command, "ce_type") == "flexprice.customer.create.v1")
        #expect(Self.header(command, "ce_source") == "sign-up")
        #expect(Self.header(command, "correlationId") == "x-1")
        #expect(Self.header(command, "replyTo") == "replies.sign-up")
    }

    @Test func `without a reply topic none is named, and the id is the correlation's`() throws {
        let command = try PreparedCommand(NewCustomer(externalID: "acct_1"), id: nil, correlation: "x-1", Self.settings)
        #expect(Self.header(command, "replyTo") == nil)
        #expect(command.id == CommandID("x-1"))
    }

    @Test func `every rule that is broken is named before anything is sent`() {
        var customer = NewCustomer(externalID: "", email: "nobody")
        customer.addressCountry = "Germany"
        do throws(CustomerCommandsError) {
            _ = try PreparedCommand(customer, id: nil, correlation: "x-1", Self.settings)
            Issue.record("not refused")
        } catch {
            guard case .refused(let failure) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(failure.code == .invalidCommand)
            #expect(failure.details?.members.map(\.name).sorted() == ["address_country", "email", "external_id"])
        }
    }

    @Test(arguments: ["", "a\u{7}b", String(repeating: "x", count: 256)])
    func `an id that the worker would not take is refused`(_ id: String) {
        #expect(throws: CustomerCommandsError.unusableCommandID) {
            try PreparedCommand(NewCustomer(externalID: "acct_1"), id: id, correlation: "x-1", Self.settings)
        }
    }
}
