import CustomerContract
import JSON
import Records
import Testing

/// Swift's own `==` takes each of these pairs for equal.
@Suite struct ByteExactnessTests {
    static let pairs = [
        ("caf\u{e9}", "cafe\u{301}"), ("\u{212a}", "K"), ("a\u{323}\u{307}", "a\u{307}\u{323}"), ("\u{37e}", ";"),
    ]

    @Test(arguments: pairs)
    func `ids that are canonically equivalent are two ids`(left: String, right: String) {
        #expect(left == right)
        #expect(ExternalID(left) != ExternalID(right))
        #expect(CommandID(left) != CommandID(right))
        #expect(Set([ExternalID(left), ExternalID(right), ExternalID(left)]).count == 2)
        #expect(Set([CommandID(left), CommandID(right), CommandID(right)]).count == 2)
    }

    @Test(arguments: pairs)
    func `values and member names that are canonically equivalent differ`(left: String, right: String) {
        #expect(JSONValue.string(left) != JSONValue.string(right))
        #expect(Set([JSONValue.string(left), .string(right)]).count == 2)
        let object = JSONObject([.init(name: left, value: .bool(true)), .init(name: right, value: .bool(false))])
        #expect(object[left] == .bool(true))
        #expect(object[right] == .bool(false))
        #expect(object.repeatedNames.isEmpty)
        #expect(HeaderName(left) != HeaderName(right))
    }

    @Test(arguments: pairs)
    func `fingerprints tell canonically equivalent values and names apart`(left: String, right: String) {
        let byValue = [left, right].map { Fingerprint(of: JSONObject([.init(name: "name", value: .string($0))])) }
        #expect(byValue[0] != byValue[1])
        let byName = [left, right].map { Fingerprint(of: JSONObject([.init(name: $0, value: .bool(true))])) }
        #expect(byName[0] != byName[1])
    }

    @Test func `a header named with a Kelvin sign is not ours`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "\u{212a}afka_replyTopic", text: "x"), RecordHeader(name: "ce_id\u{301}", text: "x"),
        ]
        let context = try command(sampleBody, headers: headers).context
        #expect(context.correlation == ReplyCorrelation())
        #expect(context.id == CommandID("customer_commands/3/1207"))
    }

    @Test func `a time zone with a Kelvin sign is not listed`() throws {
        #expect(try details(bodyWith("\"timezone\":\"Asia/\u{212a}olkata\"")).keys.sorted() == ["timezone"])
    }
}
