import JSON
import Testing

@testable import CustomerContract

/// The accepted and refused addresses of Flexprice's own validators, and the edges between them.
@Suite struct EmailAddressTests {
    private func body(_ email: String) -> String {
        let encoded = String(decoding: JSONWriter.encode(.string(email)), as: UTF8.self)
        return bodyWith("\"email\":\(encoded)")
    }

    @Test(arguments: [
        "A.B+tag@Example.COM", "ü@exämple.de", "a@xn--mnchen-3ya.de", "\"q q\"@b.co", "o'brien@x.io", "a@b.c",
        "a@b-c.co",
        "a@b.c.d.e", "a@1b.co", "a@b~c.co", "a@b-.c.co", "!#$%&'*+-/=?^_`{|}~@b.co", "\"\\\"\"@b.co", "\"a@b\"@c.de",
        "\"a\tb\"@c.de",
        "\"\\ \"@b.co", "a@1.co", "a@b.c1d", "\u{ffef}@b.co", "漢@漢.漢", "a@b.c-d", "\"<a>\"@b.co", "a@b.1.co", "1@b.co",
        String(repeating: "a", count: 250) + "@b.co",
    ])
    func `an address that Flexprice takes is accepted`(email: String) throws {
        #expect(throws: Never.self) { try command(body(email)) }
    }

    @Test(arguments: [
        ("a", "no @"), ("@", "before the @"), ("a@", "domain"), ("@b.co", "before the @"), ("a@b", "no dot"),
        ("a@localhost", "no dot"),
        (" a@b.co", "space"), ("a@b.co ", "space"), ("a b@c.de", "space"), ("Bob <a@b.co>", "angle brackets"),
        ("<a@b.co>", "angle"),
        ("a@b.co.", "dot at an end"), ("a@.b.co", "dot at an end"), ("a@b..co", "two in a row"),
        ("a@127.0.0.1", "letter"),
        ("a@[127.0.0.1]", "not allowed"), ("a..b@c.de", "two in a row"), (".a@c.de", "dot"), ("a.@c.de", "dot"),
        ("a@-b.co", "begin"),
        ("a@b_c.co", "not allowed"), ("a@b.1co", "letter after"), ("a@b.co1", "end in a letter"), ("a@b-.co", "no dot"),
        ("a@b.c-", "end"),
        ("a@b@c.de", "more than one @"), ("\"\"@b.co", "before the @"), ("\"a@b.co", "before the @"),
        ("\"a\\\"@b.co", "before the @"),
        ("\"a\"b@c.de", "before the @"), ("a\"b@c.de", "before the @"), ("\"é\u{1}\"@b.co", "before the @"),
        ("\u{1F600}@b.co", "before the @"), ("a@\u{1F600}.co", "not allowed"), ("a@b.co\n", "space"),
        ("a@b.\u{e000}", "not allowed"),
        ("a@b.co (x)", "space"), ("a,b@c.de", "before the @"), ("a@b,c.de", "not allowed"),
        ("\u{80}@b.co", "before the @"),
        (String(repeating: "a", count: 251) + "@b.co", "at most 255"),
    ])
    func `an address that Flexprice refuses is refused with the reason`(email: String, words: String) throws {
        let details = try details(body(email))
        #expect(details.keys.sorted() == ["email"])
        #expect(details["email"]?.contains(words) == true, "\(details)")
    }

    @Test func `whatever the quick look takes, the whole rule takes`() {
        // Every address of up to six of these characters.
        let characters = Array("a1.-@_")
        var plain = 0
        var addresses = [""]
        for _ in 0..<6 {
            addresses = addresses.flatMap { address in characters.map { address + String($0) } }
            for address in addresses where EmailAddress.isPlain(address) {
                plain += 1
                #expect(EmailAddress.faultInCodePoints(of: address) == nil, "\(address)")
            }
        }
        #expect(plain > 20)
    }
}
