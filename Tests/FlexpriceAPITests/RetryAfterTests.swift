import FlexpriceAPI
import Testing

@Suite struct RetryAfterTests {
    @Test(arguments: [
        ("0", Duration.zero), ("1", .seconds(1)), ("0120", .seconds(120)), ("3600", .seconds(3_600)),
        ("3601", .seconds(3_600)), ("9223372036854775807", .seconds(3_600)),
        ("99999999999999999999999999999999999999", .seconds(3_600)),
    ])
    func `a number is so many seconds, an hour at most`(text: String, delay: Duration) {
        #expect(RetryAfter(text) == .delay(delay))
        #expect(RetryAfter(text)?.wait(from: 0) == delay)
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Sun Nov 16 08:49:37 1994", 784_975_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200), ("Wednesday, 01-Mar-28 00:00:00 GMT", 1_835_481_600),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ])
    func `a date may have any of HTTP's three forms`(text: String, seconds: Int64) {
        #expect(RetryAfter(text) == .date(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+5", "1.5", "1s", "1,2", "５", "soon", "NaN", "0x10", "1e3", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 +0000", "06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 199 08:49:37 GMT", "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "So, 06. Nov. 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov 08:49:37 GMT", "1994-11-06T08:49:37Z", "Sun, , , , , GMT",
        "Sun Nov 123456789 08:49:37 1994", ", 06 Nov 1994 08:49:37 GMT GMT",
    ])
    func `anything else is no wish`(text: String) {
        #expect(RetryAfter(text) == nil)
    }

    @Test(arguments: [
        (Int64(1_000), Int64(995_000), Duration.seconds(5)), (1_000, 999_999, .milliseconds(1)),
        (1_000, 1_000_000, .zero), (1_000, 2_000_000, .zero), (1_000_000, 0, .seconds(3_600)),
        (.max, 0, .seconds(3_600)), (.max, .min, .seconds(3_600)), (.min, .max, .zero),
    ])
    func `a date is waited for from now, not at all when it has passed, an hour at most`(
        seconds: Int64,
        now: Int64,
        wait: Duration
    ) {
        #expect(RetryAfter.date(seconds).wait(from: now) == wait)
    }
}
