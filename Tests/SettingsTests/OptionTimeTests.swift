import Records
import Settings
import Testing

@Suite struct OptionTimeTests {
    private let now = UnixMilliseconds(1_795_000_000_000)

    @Test(arguments: [
        ("90s", Duration.seconds(90)), ("30m", .seconds(1_800)), ("2h", .seconds(7_200)), ("7d", .seconds(604_800)),
        ("1w", .seconds(604_800)), ("250ms", .milliseconds(250)),
    ])
    func `an option's span has days and weeks too`(_ text: String, _ span: Duration) throws {
        #expect(try SpanText.parse(text) == span)
        #expect(try PastTime.parse(text, now: self.now) == self.now.advanced(by: .zero - span))
    }

    @Test(arguments: ["0s", "0d", "", "7", "d", "-7d", "1.5d", "7 d", "7D", "1y", "9223372036854775807w", "٣d", "7dd"])
    func `anything else is refused with what was expected`(_ text: String) throws {
        let mistake = try #require(throws: OptionMistake.self) { try SpanText.parse(text) }
        #expect(mistake.description.hasPrefix("\(text): expected a duration"))
        let past = try #require(throws: OptionMistake.self) { try PastTime.parse(text, now: self.now) }
        #expect(past.description.hasPrefix("\(text): expected an age"))
    }

    @Test(arguments: [
        ("2026-11-25", "2026-11-25T00:00:00.000Z"), ("2026-11-25T10:30", "2026-11-25T10:30:00.000Z"),
        ("2026-11-25 10:30", "2026-11-25T10:30:00.000Z"), ("2026-11-25 10:30:15", "2026-11-25T10:30:15.000Z"),
        ("2026-11-25T10:30:15Z", "2026-11-25T10:30:15.000Z"), ("2026-11-25T10:30:15+05:30", "2026-11-25T05:00:15.000Z"),
    ])
    func `a date needs no time, and a time no zone`(_ text: String, _ time: String) throws {
        #expect(try PastTime.parse(text, now: self.now).description == time)
    }

    @Test(arguments: ["2026-02-30", "2026-13-01", "2026-11-25T", "2026-11-25T10", "2026-11-25T25:00", "25.11.2026"])
    func `a date that the calendar does not have is refused`(_ text: String) {
        #expect(throws: OptionMistake.self) { try PastTime.parse(text, now: self.now) }
    }

    @Test func `a beginning to come and an end before the beginning are refused by their options`() throws {
        let coming = try #require(throws: OptionMistake.self) {
            try OptionTimes(since: "2099-01-01", until: nil, now: self.now)
        }
        #expect(coming.description == "--since 2099-01-01: is still to come; expected a time in the past")
        let turned = try #require(throws: OptionMistake.self) {
            try OptionTimes(since: "1h", until: "2h", now: self.now)
        }
        #expect(turned.description.hasPrefix("--until 2h: is not later than --since 1h"))
        let unread = try #require(throws: OptionMistake.self) {
            try OptionTimes(since: nil, until: "soon", now: self.now)
        }
        #expect(unread.description.hasPrefix("--until soon: expected an age such as"))
        #expect(
            try OptionTimes(since: "2h", until: "2099-01-01", now: self.now).until?.description.hasPrefix("2099")
                == true
        )
    }
}
