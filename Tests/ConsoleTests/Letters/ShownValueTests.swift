import Testing

@testable import Console

@Suite struct ShownValueTests {
    private static func wrong(_ value: String?, _ fields: [String], more: [(String, String)] = []) -> [String] {
        ShownValue(Letters.own(0, value: value, more: more), wrong: fields).segments.filter(\.isWrong).map(\.text)
    }

    @Test func `wrong fields are marked alone, and what is in them where it is an object`() {
        let value = #"{"email":"x","metadata":{"gstin":"y","ok":"z"},"contact_persons":[{"email":"w"}],"name":"n"}"#
        #expect(Self.wrong(value, ["email"]) == [#""email": "x""#])
        #expect(Self.wrong(value, ["metadata.gstin"]) == [#""gstin": "y""#])
        #expect(Self.wrong(value, ["metadata"]).first?.contains(#""ok": "z""#) == true)
        #expect(Self.wrong(value, ["contact_persons[0].email"]).first?.hasPrefix(#""contact_persons": ["#) == true)
        #expect(Self.wrong(value, ["absent"]).isEmpty)
    }

    @Test func `the parts are the whole value, whatever is marked`() {
        let value = #"{"a":{},"b":[1.50,{"c":null}],"d":{"e":{"f":"<script>"}}}"#
        let plain = ShownValue(Letters.own(0, value: value), wrong: []).segments.map(\.text).joined()
        let marked = ShownValue(Letters.own(0, value: value), wrong: ["d.e.f", "b[1].c"]).segments
        #expect(marked.count > 1 && marked.map(\.text).joined() == plain)
        #expect(plain.contains("1.50") && plain.contains("<script>"))
    }

    @Test func `in a structured event the fields are those of its data`() {
        let value = #"{"email":"outside","data":{"email":"inside"}}"#
        let structured = [("content-type", "application/cloudevents+json")]
        #expect(Self.wrong(value, ["email"], more: structured) == [#""email": "inside""#])
    }

    @Test func `what is no JSON object is text or digits, and a large one is cut`() {
        #expect(ShownValue(Letters.own(0, value: nil), wrong: []).segments.map(\.text) == ["(null)"])
        let list = ShownValue(Letters.own(0, value: "[1]"), wrong: [])
        #expect(list.segments.map(\.text) == ["[1]"] && list.note == "The value is not a JSON object.")
        let large = ShownValue(Letters.own(0, value: String(repeating: "a", count: 300_000)), wrong: [])
        #expect(large.segments.map(\.text.utf8.count) == [256 << 10])
        #expect(large.note == "The first 256 KiB of 300,000 bytes.")
    }
}
