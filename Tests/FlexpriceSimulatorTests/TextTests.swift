import JSON
import Testing

@testable import FlexpriceSimulator

@Suite struct TextTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399_999_999_999, "2000-02-28T23:59:59.999999999Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400_100_000_000, "2000-02-29T00:00:00.1Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_795_341_600_000_042_000, "2026-11-22T10:00:00.000042Z", "Sun, 22 Nov 2026 10:00:00 GMT"),
        (-1, "1969-12-31T23:59:59.999999999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func `a moment is written as Go and as HTTP write it`(nanoseconds: Int64, rfc3339: String, httpDate: String) {
        #expect(UnixNanoseconds(nanoseconds).rfc3339 == rfc3339)
        #expect(UnixNanoseconds(nanoseconds).httpDate == httpDate)
    }

    @Test(arguments: [(Int64(1_499), Int64(1_000)), (1_500, 2_000), (999_999_999_500, 1_000_000_000_000), (-1, 0)])
    func `PostgreSQL rounds to microseconds`(nanoseconds: Int64, rounded: Int64) {
        #expect(UnixNanoseconds(nanoseconds).roundedToMicroseconds == UnixNanoseconds(rounded))
    }

    @Test func `a ULID begins with its time and sorts by it`() {
        var zeros = Constant(value: 0)
        var ones = Constant(value: .max)
        #expect(ULID.make(milliseconds: 0, using: &zeros) == "00000000000000000000000000")
        #expect(ULID.make(milliseconds: (1 << 48) - 1, using: &ones) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
        // The example of the ULID specification.
        #expect(ULID.make(milliseconds: 1_469_918_176_385, using: &zeros).hasPrefix("01ARYZ6S41"))
        let ids = Set((0..<10_000).map { _ in ULID.make(at: UnixNanoseconds(1_000_000)) })
        #expect(ids.count == 10_000)
    }

    @Test func `Go escapes what browsers and JavaScript stumble over`() {
        let json = JSONWriter.encode(
            .string("<>&\"\\\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}\u{2028}\u{2029}\u{2027}é😀/")
        )
        let expected =
            #""\u003c\u003e\u0026\"\\\b\f\n\r\t\u0001\u001f"# + "\u{7F}" + #"\u2028\u2029"# + "\u{2027}é😀/\""
        #expect(String(decoding: GoText.escaped(json), as: UTF8.self) == expected)
    }

    @Test(arguments: ["%", "%4", "%zz", "/a%G0"])
    func `a broken escape has no meaning`(text: String) {
        #expect(RequestTarget.decode(text.utf8) == nil)
        #expect(RequestTarget("/" + text) == nil)
    }

    @Test(
        arguments: [
            (Array("\"é\"".utf8), "\"é\""), ([0x22, 0xFF, 0x22], "\"\u{FFFD}\""), ([0xC3, 0x22], "\u{FFFD}\""),
            // One for each byte, where the standard library has one for the longest beginning.
            ([0xF0, 0x9F, 0x98, 0x61], "\u{FFFD}\u{FFFD}\u{FFFD}a"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            (Array(#"\ud83d\ude00"#.utf8), #"\ud83d\ude00"#), (Array(#"\ud83d\u0041"#.utf8), "\u{FFFD}" + #"\u0041"#),
            (Array(#"\ude00\ud83d\ud83d\ude00"#.utf8), "\u{FFFD}\u{FFFD}" + #"\ud83d\ude00"#),
            (Array(#"\\ud83d\"\ud8"#.utf8), #"\\ud83d\"\ud8"#), (Array(#"a\"#.utf8), #"a\"#), ([], ""),
        ] as [([UInt8], String)]
    )
    func `what is not Unicode is read as Go reads it`(bytes: [UInt8], text: String) {
        #expect(String(decoding: GoText.repaired(bytes), as: UTF8.self) == text)
    }

    @Test func `folded names match as Go matches them`() {
        #expect(GoBinding.folded("EXTERNAL_ID") == "external_id")
        #expect(GoBinding.folded("addre\u{17F}s_\u{212A}") == "address_k")
        #expect(GoBinding.folded("É") == "É")
    }
}

private struct Constant: RandomNumberGenerator {
    let value: UInt64

    mutating func next() -> UInt64 { value }
}
