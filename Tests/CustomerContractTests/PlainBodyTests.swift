import JSON
import Records
import Testing

@testable import CustomerContract

/// What is read in one pass is what the rules make of it.
@Suite struct PlainBodyTests {
    static let plain = [
        sampleBody,
        #"{"external_id":"a"}"#,
        #"{"external_id":"a","name":"Zürich","email":"","metadata":{}}"#,
        #" { "external_id" : "a" , "metadata" : { "b" : "1" , "a" : "2" , "ab" : "" } , "name" : "n" } "#,
        #"{"metadata":{"region":"eu","plan":"pro"},"external_id":"a"}"#,
        #"{"external_id":"a","skip_onboarding_workflow":true,"timezone":"Asia/Kolkata","tax_treatment":"exempt"}"#,
        #"{"external_id":"a","contact":null,"metadata":null,"timezone":null,"skip_onboarding_workflow":null}"#,
        #"{"external_id":"a","billing_currency":"eur","onboarding_workflow_name":"w","contact":"+49"}"#,
        #"{"external_id":"日本","address_line1":"1","address_line2":"2","address_city":"3","address_state":"4"}"#,
    ]

    @Test(arguments: plain) func `an ordinary body is read in one pass, to the command that the rules make of it`(
        body: String
    ) throws {
        let record = record(body, headers: ["ce_id": "id-1", "correlationId": "c"])
        let plain = try #require(CommandReader().read(record).command)
        let parts = try #require(plain.plainBody)
        let command = try #require(CommandReader().readByRules(record, CommandHeaders(record.headers)).command)
        #expect(command.plainBody == nil)
        #expect(plain.externalID == command.externalID)
        #expect(plain.context.id == command.context.id)
        #expect(plain.context.correlation == command.context.correlation)
        #expect(plain.fields == command.fields)
        #expect(plain.fingerprint == command.fingerprint)
        #expect(plain.fieldDigests == command.fieldDigests)
        #expect(plain.encodedBody() == command.encodedBody())
        for field in KnownField.allCases {
            #expect(parts.json(of: field) == command[field].map { JSONWriter.encode($0) })
            #expect(plain[field] == command[field])
        }
    }

    @Test(arguments: [
        // Right, and for the rules all the same.
        #"{"external_id":"a b"}"#, #"{"external_id":"a","nam":"b"}"#, #"{"external_id":"\u0061"}"#,
        #"{"external_id":"a","name":null}"#, #"{"external_id":"a","metadata":{"a":null}}"#,
        #"{"external_id":"a","metadata":{"pan":"ABCPE1234F"}}"#, #"{"external_id":"a","contact_persons":[]}"#,
        #"{"external_id":"a","email":"\"a b\"@c.de"}"#, #"{"external_id":"a","name":"a\/b"}"#,
        // Wrong.
        #"{"external_id":""}"#, #"{"name":"b"}"#, #"{"external_id":"a","external_id":"a"}"#, #"{"external_id":"a"}}"#,
        #"{"external_id":"a","name":""}"#, #"{"external_id":"a","address_country":"us"}"#, #"{"external_id":7}"#,
        #"{"external_id":"a","email":"b"}"#, #"{"external_id":"a","metadata":{"a":"1","a":"2"}}"#,
        #"{"external_id":"a""#, #"{"external_id":"a",}"#, #"{"external_id":"a","metadata":{"a":1}}"#,
        #"{"external_id":"a","timezone":"Local"}"#,
        "{\"external_id\":\"a\tb\"}", "[]", "", "null",
    ]) func `any other body is left to the rules`(body: String) {
        #expect(PlainBodyScanner.scan(Array(body.utf8)[...]) == nil)
    }

    @Test(arguments: TaxIdentifier.allCases) func `reserved metadata are left to the rules`(identifier: TaxIdentifier) {
        let body = bodyWith("\"metadata\":{\"\(identifier.rawValue)\":\"\"}")
        #expect(PlainBodyScanner.scan(Array(body.utf8)[...]) == nil)
    }

    @Test func `bytes that are not UTF-8 are left to the rules, wherever they are`() {
        for member in [#""name":"#, #""metadata":{"k":"#] {
            var body = Array((#"{"external_id":"a","# + member + "\"").utf8)
            body += [0xc3, 0x28] + Array((member.contains("{") ? "\"}}" : "\"}").utf8)
            #expect(PlainBodyScanner.scan(body[...]) == nil)
        }
    }

    @Test func `the longest of each field is plain, and one more byte is not`() {
        let bounds: [(KnownField, Int)] = [
            (.name, 255), (.addressLine1, 255), (.addressLine2, 255), (.addressCity, 100), (.addressState, 100),
            (.addressPostalCode, 20), (.contact, 20),
        ]
        for (field, bound) in bounds {
            for (count, isPlain) in [(bound, true), (bound + 1, false)] {
                let body = bodyWith("\"\(field.fieldName)\":\"\(String(repeating: "x", count: count))\"")
                #expect((PlainBodyScanner.scan(Array(body.utf8)[...]) != nil) == isPlain, "\(field) of \(count)")
            }
        }
        let metadata = (0..<17).map { "\"k\($0)\":\"v\"" }
        for (count, isPlain) in [(16, true), (17, false)] {
            let body = bodyWith("\"metadata\":{\(metadata.prefix(count).joined(separator: ","))}")
            #expect((PlainBodyScanner.scan(Array(body.utf8)[...]) != nil) == isPlain, "\(count) metadata")
        }
    }
}

extension DecodedCommand {
    fileprivate var command: CreateCustomerCommand? { if case .command(let command) = self { command } else { nil } }
}

extension PlainBody {
    fileprivate func json(of field: KnownField) -> [UInt8]? {
        var json: [UInt8] = []
        var isThere = false
        json.append(addingCapacity: self.bytes.count) { isThere = self.append(field, to: &$0) }
        return isThere ? json : nil
    }
}
