import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12", "-1.50", "1E+3", "1e-400", "12345678901234567890123", #""""#, #""a""#,
        "[]",
        "[1,[2,[3]]]", "{}", #"{"a":{"b":[null,true]}}"#, #"{"":""}"#, #"{"b":1,"a":2,"b":3}"#, "\"é\u{1F600}\u{7f}\"",
    ])
    func `what RFC 8259 allows is read and written back unchanged`(text: String) throws {
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(String(decoding: JSONWriter.encode(value), as: UTF8.self) == text)
    }

    @Test func `white space around every token is skipped`() throws {
        let text = " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n"
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(String(decoding: JSONWriter.encode(value), as: UTF8.self) == #"{"a":[1,2],"b":{}}"#)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "\u{1F600}"),
        (#""a\u0000b""#, "a\u{0}b"), (#""x\u2028y""#, "x\u{2028}y"),
    ])
    func `escapes are decoded`(text: String, decoded: String) throws {
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(value == .string(decoded))
    }

    static let faults: [(String, Int, JSONSyntaxError.Reason)] = [
        ("", 0, .empty), (" \n", 0, .empty), ("{", 1, .unexpectedEnd), ("[1,", 3, .unexpectedEnd),
        (#""abc"#, 4, .unexpectedEnd),
        (#"{"a""#, 4, .unexpectedEnd), (#"{"a":"#, 5, .unexpectedEnd), ("tru", 3, .unexpectedEnd),
        ("-", 1, .unexpectedEnd),
        ("1.", 2, .unexpectedEnd), (#""\u00"#, 5, .unexpectedEnd), (#""\"#, 2, .unexpectedEnd),
        ("nul!", 0, .expectedValue),
        ("hello", 0, .expectedValue), ("NaN", 0, .expectedValue), ("{'a':1}", 1, .expectedName),
        ("{a:1}", 1, .expectedName),
        (#"{"a":1,}"#, 7, .expectedName), (#"{"a" 1}"#, 5, .expectedColon), (#"{"a":1 "b":2}"#, 7, .expectedCommaOrEnd),
        ("[1,]", 3, .expectedValue), ("[1 2]", 3, .expectedCommaOrEnd), ("[}", 1, .expectedValue),
        ("01", 0, .invalidNumber),
        ("-01", 0, .invalidNumber), ("1.e5", 2, .invalidNumber), ("1e+x", 3, .invalidNumber), ("+1", 0, .invalidNumber),
        (".5", 0, .invalidNumber), ("--1", 1, .invalidNumber), ("1 2", 2, .trailingBytes), ("{}{}", 2, .trailingBytes),
        ("null,", 4, .trailingBytes), (#""\x41""#, 1, .invalidEscape), (#""\u12g4""#, 1, .invalidEscape),
        ("\"a\nb\"", 2, .controlCharacter), ("\"a\u{0}b\"", 2, .controlCharacter),
        ("\"\\n\u{1f}\"", 3, .controlCharacter),
        (#""\ud800""#, 1, .loneSurrogate), (#""\ud800x""#, 1, .loneSurrogate), (#""\ud800\n""#, 1, .loneSurrogate),
        (#""\ud800\u0041""#, 1, .loneSurrogate), (#""\udc00""#, 1, .loneSurrogate),
        (#""\ud800\ud800""#, 1, .loneSurrogate),
        ("\u{feff}{}", 0, .byteOrderMark), ("//x\n{}", 0, .expectedValue),
    ]

    @Test(arguments: faults)
    func `a fault is reported with its place and reason`(text: String, offset: Int, reason: JSONSyntaxError.Reason) {
        #expect(throws: JSONSyntaxError(byteOffset: offset, reason: reason)) {
            try JSONParser.parse(Array(text.utf8))
        }
    }

    @Test(
        arguments: [
            ([0x22, 0xff, 0x22], 1), ([0x22, 0xc3, 0x22], 1), ([0x22, 0xc0, 0x80, 0x22], 1),
            ([0x22, 0xed, 0xa0, 0x80, 0x22], 1),
            ([0x22, 0xe0, 0x80, 0x80, 0x22], 1), ([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xf0, 0x9f, 0x98], 1),
            ([0xfe, 0xff, 0x7b], 0), ([0xff, 0xfe, 0x7b], 0),
            ([0x22, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x80], 9),
            ([0x22, 0xc3, 0xa9, 0xe2, 0x82, 0x22], 3), ([0x22, 0xf5, 0x80, 0x80, 0x80, 0x22], 1),
        ] as [([UInt8], Int)]
    )
    func `bytes that are not UTF-8 are refused where they start`(bytes: [UInt8], offset: Int) {
        #expect(throws: JSONSyntaxError(byteOffset: offset, reason: .invalidUTF8)) { try JSONParser.parse(bytes) }
    }

    @Test(arguments: [1, 2, 64, 512])
    func `nesting is allowed to the bound and no further`(depth: Int) throws {
        let allowed = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        #expect(throws: Never.self) { try JSONParser.parse(allowed, maximumDepth: depth) }
        let deeper = [UInt8](repeating: UInt8(ascii: "["), count: depth + 1)
        #expect(throws: JSONSyntaxError(byteOffset: depth, reason: .tooDeep(maximum: depth))) {
            try JSONParser.parse(deeper, maximumDepth: depth)
        }
    }

    @Test func `a hundred thousand opening brackets do not exhaust the stack`() {
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONSyntaxError(byteOffset: 512, reason: .tooDeep(maximum: 512))) {
            try JSONParser.parse(brackets, maximumDepth: .max)
        }
    }

    @Test(arguments: [
        ("[]", "an array"), ("null", "null"), ("\"x\"", "a string"), ("5", "a number"), ("true", "a boolean"),
    ])
    func `another value than an object is named by its kind`(text: String, kind: String) {
        #expect(throws: JSONSyntaxError(byteOffset: 0, reason: .notAnObject(found: kind))) {
            try JSONParser.parseObject(Array(text.utf8))
        }
    }

    @Test func `repeated names are kept and the last one is looked up`() throws {
        let object = try JSONParser.parseObject(Array(#"{"a":1,"b":2,"a":3,"a":4}"#.utf8))
        #expect(object.members.count == 4)
        #expect(object["a"] == .number(JSONNumber(4)))
        #expect(object.repeatedNames == ["a"])
    }

    @Test func `repeated names among many members are found in time that grows with their number`() {
        let members = (0..<20_000).map { JSONObject.Member(name: "n\($0 % 19_999)", value: .null) }
        #expect(JSONObject(members).repeatedNames == ["n0"])
    }

    @Test(arguments: ["1x", "", " 1", "1 ", "0x10", "1,2", "\"1\"", "٣"])
    func `a text that is no number makes no number`(text: String) {
        #expect(JSONNumber(spelling: text) == nil)
    }

    @Test(arguments: JSONParserTests.faults.map { $0.2 })
    func `every reason has a sentence`(reason: JSONSyntaxError.Reason) {
        let error = JSONSyntaxError(byteOffset: 7, reason: reason)
        #expect(error.description == "at byte 7: " + error.explanation)
        #expect(error.explanation.count > 20)
    }
}
