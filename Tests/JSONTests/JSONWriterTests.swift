import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `only what JSON requires is escaped`() {
        let text = "\"\\/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}é\u{2028}<>&\u{1F600}"
        let encoded = String(decoding: JSONWriter.encode(.string(text)), as: UTF8.self)
        #expect(encoded == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}é\u{2028}<>&\u{1F600}\"")
    }

    @Test func `commas come by themselves`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.beginArray()
        writer.integer(1)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.bool(true)
        writer.endArray()
        writer.name("b")
        writer.raw(Array(#"{"c":0.10}"#.utf8))
        writer.name("d")
        writer.string("e")
        writer.endObject()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1,null,{},true],"b":{"c":0.10},"d":"e"}"#)
    }

    @Test func `every control character comes back from what was written`() throws {
        let text = String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar(UInt32($0)) }))
        #expect(try JSONParser.parse(JSONWriter.encode(.string(text))) == .string(text))
    }

    @Test func `a character that needs an escape gets it at every place of a text`() throws {
        // Texts are looked at in words of eight bytes, and what is left byte by byte.
        for character in ["\"", "\\", "\u{0}", "\u{1f}", " ", "!", "#", "[", "]", "\u{7f}", "é", "\u{1F600}"] {
            for length in 0...20 {
                for place in 0...length {
                    let text =
                        String(repeating: "a", count: place) + character
                        + String(repeating: "z", count: length - place)
                    let encoded = JSONWriter.encode(.string(text))
                    #expect(try JSONParser.parse(encoded) == .string(text))
                }
            }
        }
    }

    @Test(arguments: [0, 7, -7, 10, 99, 100, -1_000, .max, .min] as [Int64])
    func `whole numbers are written in decimal digits`(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\(value)")
    }

    @Test func `a member set by name stays in its place, and a new one goes to the end`() {
        var object = JSONObject([.init(name: "a", value: .null), .init(name: "b", value: .null)])
        object["a"] = .bool(true)
        object["c"] = .bool(false)
        #expect(String(decoding: JSONWriter.encode(object), as: UTF8.self) == #"{"a":true,"b":null,"c":false}"#)
        object["b"] = nil
        #expect(object.members.map(\.name) == ["a", "c"])
    }
}
