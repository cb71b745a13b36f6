import Records
import Testing

@testable import FlexpriceAPI

@Suite struct KeyMaskTests {
    private static let key = "sk_live/0123456789"

    @Test(arguments: [
        #"{"error":"sk_live/0123456789"}"#, #"{"error":"sk_live\/0123456789"}"#,
        #"{"error":"sk\u005flive\u002F0123456789"}"#, #"{"error":"\u0073\u006b_live/0123456789"}"#,
        "GET /?key=sk_live%2F0123456789", "GET /?key=%73k%5flive%2f0123456789", "<p>sk&#95;live&#x2f;0123456789</p>",
        "sk_live/0123456789sk_live/0123456789", "sk_live/sk_live/0123456789",
    ])
    func `a known key is masked however its bytes are escaped`(text: String) {
        let masked = String(decoding: KeyMask.masked(Array(text.utf8), [Secret(Self.key)]), as: UTF8.self)
        #expect(masked.contains("***"))
        #expect(!masked.contains("0123456789"))
        #expect(!masked.contains("3456"))
    }

    @Test(arguments: [
        #"{"key":"a%25b\\c&38;efgh"}"#, "/?key=a%2525b%5Cc%2638;efgh", "<p>a%25b\\c&#38;38;efgh</p>",
        #"a%25b\c&38;efgh"#,
    ])
    func `a key of bytes that begin escapes is masked, escaped or not`(text: String) {
        let masked = KeyMask.masked(Array(text.utf8), [Secret(#"a%25b\c&38;efgh"#)])
        #expect(!String(decoding: masked, as: UTF8.self).contains("efgh"))
    }

    @Test(arguments: [
        "", "sk_live", #"{"a":"\u003c\u005f\"}"#, "100 % & more %5", "&#;&#x;&#300;&", "sk_live/012345678", "\\u00",
        "%", "sk_live%2F01234567", #"sk_live\u00"#,
    ])
    func `what is no key stays as it is`(text: String) {
        let bytes = Array(text.utf8)
        #expect(KeyMask.masked(bytes, [Secret(Self.key)]) == bytes)
    }

    @Test(arguments: [
        ("sk_01234567", "sk_***"), ("a sk_01234567.", "a sk_***."), ("?key=sk%5Flive%5f0123&x", "?key=sk_***&x"),
        ("%20sk_01234567", "%20sk_***"), ("100%sk_01234567", "100%sk_***"), ("task_01234567", "task_01234567"),
        ("sk_0123", "sk_0123"),
        ("sk%5F01", "sk%5F01"), ("sk%5", "sk%5"),
    ])
    func `whatever looks like a key of Flexprice is masked in an error's words`(text: String, expected: String) {
        #expect(KeyMask.masked(text) == expected)
    }

    @Test func `a key that is too short to be told from a word is not looked for`() {
        #expect(KeyMask.masked(Array("a b c".utf8), [Secret("b")]) == Array("a b c".utf8))
    }
}
