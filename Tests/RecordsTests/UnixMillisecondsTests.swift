import Records
import Testing

@Suite struct UnixMillisecondsTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_341_600_000, "2026-11-22T10:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"), (1_709_164_800_042, "2024-02-29T00:00:00.042Z"),
        ] as [(Int64, String)]
    )
    func `a time is written as RFC 3339 with milliseconds and read back`(value: Int64, text: String) {
        #expect(UnixMilliseconds(value).description == text)
        #expect(UnixMilliseconds(parsing: text) == UnixMilliseconds(value))
    }

    @Test func `times that RFC 3339 cannot write become the nearest it can`() {
        #expect(UnixMilliseconds(.max).description == "9999-12-31T23:59:59.999Z")
        #expect(UnixMilliseconds(.min).description == "0000-01-01T00:00:00.000Z")
    }

    @Test func `every day of four centuries comes back`() {
        for day in stride(from: Int64(-100_000), to: 60_000, by: 1) {
            let time = UnixMilliseconds(day * 86_400_000 + 43_200_123)
            #expect(UnixMilliseconds(parsing: time.description) == time)
        }
    }

    @Test(
        arguments: [
            ("2026-11-22T10:00:00Z", 1_795_341_600_000), ("2026-11-22t15:30:00.5+05:30", 1_795_341_600_500),
            ("2026-11-22T02:00:00.123456789-08:00", 1_795_341_600_123), ("2026-11-22T10:00:00.04z", 1_795_341_600_040),
        ] as [(String, Int64)]
    )
    func `other spellings of RFC 3339 are read`(text: String, value: Int64) {
        #expect(UnixMilliseconds(parsing: text)?.value == value)
    }

    @Test(arguments: [
        "", "now", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22 10:00:00Z", "2026-02-30T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:60Z", "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00Zx",
        "2026-11-22T10:00:00+5:30", "2026-11-22T10:00:00+05:99", "-026-11-22T10:00:00Z", "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "٢٠٢٦-11-22T10:00:00Z", "2026-00-10T10:00:00Z", "2026-01-00T10:00:00Z",
    ])
    func `what is no RFC 3339 time is refused`(text: String) {
        #expect(UnixMilliseconds(parsing: text) == nil)
    }

    @Test func `now is after this line was written and times are ordered`() {
        #expect(UnixMilliseconds.now() > UnixMilliseconds(1_700_000_000_000))
        #expect(UnixMilliseconds(1) < UnixMilliseconds(2))
    }
}
