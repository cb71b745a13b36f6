package import Records

/// Why the text of an option is none: one sentence with what was expected.
package struct OptionMistake: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A span of time as an option of a command writes it: as settings do, or in days or weeks.
package enum SpanText {
    private static let long: [(name: String, hours: Int64)] = [("w", 168), ("d", 24)]

    /// Reads `90s`, `30m`, `2h`, `7d` or `1w`; always more than zero.
    ///
    /// - Throws: ``OptionMistake`` with what was expected.
    package static func parse(_ text: String) throws(OptionMistake) -> Duration {
        guard let span = Self.span(text) else {
            throw OptionMistake("\(text): expected a duration such as 90s, 30m, 2h, 7d or 1w")
        }
        guard span > .zero else {
            throw OptionMistake("\(text): expected a duration above zero, such as 90s or 30m")
        }
        return span
    }

    /// The span, zero too; `nil` for anything else.
    fileprivate static func span(_ text: String) -> Duration? {
        guard let unit = Self.long.first(where: { text.hasSuffix($0.name) }) else { return DurationText.parse(text) }
        // 53 million years: more hours than any calendar has, and no overflow further on.
        guard let count = DurationText.parse(text.dropLast() + "h")?.components.seconds,
            count <= Int64.max / 1_000 / unit.hours
        else { return nil }
        return .seconds(count * unit.hours)
    }
}

/// A time as an option of a command writes it: by the calendar, or as how long ago it is.
package enum PastTime {
    /// Reads an age (`30m`, `7d`), a date (`2026-11-25`, its beginning) or a date with a time (`2026-11-25T10:00`); UTC
    /// unless the text has an offset.
    ///
    /// - Throws: ``OptionMistake`` with what was expected; an age of zero is none.
    package static func parse(
        _ text: String,
        now: UnixMilliseconds = .now()
    ) throws(OptionMistake) -> UnixMilliseconds {
        if let time = Self.calendar(text) { return time }
        guard let age = SpanText.span(text) else {
            let description =
                "\(text): expected an age such as 30m, 2h or 7d, a date such as 2026-11-25, or a time such as "
                + "2026-11-25T10:00:00Z (UTC without an offset)"
            throw OptionMistake(description)
        }
        guard age > .zero else {
            throw OptionMistake("\(text): expected an age above zero, such as 30m, 2h or 7d")
        }
        return now.advanced(by: .zero - age)
    }

    /// What people leave out is added: the T, the seconds, the zone, the time of day.
    private static func calendar(_ text: String) -> UnixMilliseconds? {
        var text = text
        let separator = text.utf8.index(text.startIndex, offsetBy: 10, limitedBy: text.endIndex)
        if let separator, separator < text.endIndex, text[separator] == " " {
            text.replaceSubrange(separator...separator, with: "T")
        }
        let readings = ["", "Z", ":00Z", "T00:00:00Z"].lazy.map { text + $0 }
        return readings.compactMap { UnixMilliseconds(parsing: $0) }.first
    }
}

/// The times between which records are chosen, from `--since` and `--until`.
package struct OptionTimes: Sendable, Hashable {
    package let since: UnixMilliseconds?
    package let until: UnixMilliseconds?

    /// Reads both options.
    ///
    /// - Throws: ``OptionMistake`` that names the option: no time, a beginning that is still to come, or an end
    ///   that is not behind the beginning. An end that is still to come bounds nothing yet and is taken.
    package init(since: String?, until: String?, now: UnixMilliseconds = .now()) throws(OptionMistake) {
        self.since = try Self.read("--since", since, now)
        self.until = try Self.read("--until", until, now)
        if let since, let time = self.since, time > now {
            throw OptionMistake("--since \(since): is still to come; expected a time in the past")
        }
        if let since, let until, let start = self.since, let end = self.until, start >= end {
            let description = "--until \(until): is not later than --since \(since); nothing can be between them"
            throw OptionMistake(description)
        }
    }

    private static func read(
        _ option: String,
        _ text: String?,
        _ now: UnixMilliseconds
    ) throws(OptionMistake) -> UnixMilliseconds? {
        guard let text else { return nil }
        do throws(OptionMistake) {
            return try PastTime.parse(text, now: now)
        } catch {
            throw OptionMistake("\(option) \(error.description)")
        }
    }
}
