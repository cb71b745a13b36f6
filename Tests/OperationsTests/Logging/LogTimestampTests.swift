import Foundation
import Testing

@testable import Operations

@Suite struct LogTimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
        (951_868_800, "2000-03-01T00:00:00.000Z"), (4_107_542_399, "2100-02-28T23:59:59.000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
        (1_735_689_599, "2024-12-31T23:59:59.000Z"), (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    ])
    func `a moment is printed as RFC 3339`(_ seconds: Int, _ text: String) {
        #expect(LogTimestamp(seconds: seconds, nanoseconds: 0).text == text)
    }

    @Test func `every day of four centuries agrees with Foundation`() throws {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -80_000, to: 80_000, by: 7) {
            let seconds = day * 86_400 + (day & 0x7FFF)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(format)
            try #require(LogTimestamp(seconds: seconds, nanoseconds: 0).text == expected)
        }
    }

    @Test func `milliseconds are cut, not rounded`() {
        #expect(LogTimestamp(seconds: 0, nanoseconds: 999_999_999).text == "1970-01-01T00:00:00.999Z")
    }
}
