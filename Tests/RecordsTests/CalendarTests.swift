import Foundation
import Records
import Testing

@Suite struct CalendarTests {
    @Test func `every week of four centuries agrees with Foundation`() throws {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -80_000, to: 80_000, by: 7) {
            let seconds = day * 86_400 + (day & 0x7FFF)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(format)
            try #require(UnixMilliseconds(Int64(seconds) * 1_000).description == expected)
        }
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func `an HTTP date is written and read back`(seconds: Int64, text: String) {
        #expect(HTTPDate.text(seconds) == text)
        #expect(HTTPDate.parse(text) == seconds)
    }

    @Test func `HTTP dates of every month come back`() throws {
        for day in stride(from: Int64(0), to: 60_000, by: 13) {
            let seconds = day * 86_400 + day % 86_400
            try #require(HTTPDate.parse(HTTPDate.text(seconds)) == seconds)
        }
    }

    @Test(
        arguments: [
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
        ] as [(String, Int64)]
    )
    func `the other forms of an HTTP date are read`(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == seconds)
    }

    @Test(arguments: [
        "", "now", "Wed, 31 Dec 1969 23:59:59 GMT", "Sun, 29 Feb 2026 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 32 Jan 1994 08:49:37 GMT", "Sun, 31 Apr 1994 08:49:37 GMT",
    ])
    func `what is no HTTP date is refused`(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}
