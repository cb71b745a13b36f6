/// Dates in HTTP (RFC 9110, section 5.6.7): written in the first of their three forms, read in each.
///
/// `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`,
/// which a recipient must still understand. The name of the day is not looked at.
package enum HTTPDate {
    /// The date of seconds since 1970, within the years 0 to 9999.
    package static func text(_ seconds: Int64) -> String {
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let inDay = seconds - days * 86_400
        let date = CivilDate(daysSince1970: days)
        let time = [inDay / 3_600, inDay / 60 % 60, inDay % 60].map { padded($0, 2) }.joined(separator: ":")
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
        let month = months[Int(date.month) - 1]
        return "\(weekday), \(padded(date.day, 2)) \(month) \(padded(date.year, 4)) \(time) GMT"
    }

    /// Seconds since 1970; `nil` when the text is no such date, or before 1970.
    package static func parse(_ text: String) -> Int64? {
        let words = text.utf8.split(separator: UInt8(ascii: " ")).map { Array($0) }
        let date: (day: Int64?, month: Int64?, year: Int64?, time: [UInt8])
        switch words.count {
        case 6 where words[0].last == comma && words[5].elementsEqual("GMT".utf8):
            date = (Self.number(words[1], 2), Self.month(words[2]), Self.number(words[3], 4), words[4])
        case 4 where words[0].last == comma && words[3].elementsEqual("GMT".utf8):
            let parts = words[1].split(separator: UInt8(ascii: "-")).map { Array($0) }
            guard parts.count == 3 else { return nil }
            // RFC 9110 lets a date over 50 years ahead mean the past; none before 1970 is of any use here.
            let year = Self.number(parts[2], 2).map { $0 < 70 ? 2_000 + $0 : 1_900 + $0 }
            date = (Self.number(parts[0], 2), Self.month(parts[1]), year, words[2])
        case 5:
            date = (Self.number(words[2], words[2].count), Self.month(words[1]), Self.number(words[4], 4), words[3])
        default:
            return nil
        }
        guard let day = date.day, let month = date.month, let year = date.year, year >= 1_970,
            let seconds = Self.secondsOfDay(date.time)
        else { return nil }
        let civil = CivilDate(year: year, month: month, day: day)
        return civil.exists ? civil.daysSince1970 * 86_400 + seconds : nil
    }

    private static let comma = UInt8(ascii: ",")
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func month(_ word: [UInt8]) -> Int64? {
        Self.months.firstIndex { word.elementsEqual($0.utf8) }.map { Int64($0) + 1 }
    }

    /// A number of exactly this length.
    private static func number(_ word: some Collection<UInt8>, _ digits: Int) -> Int64? {
        guard word.count == digits, digits <= 4, word.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        return word.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    private static func secondsOfDay(_ word: [UInt8]) -> Int64? {
        let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Self.number(parts[0], 2), let minute = Self.number(parts[1], 2),
            // 60 is a leap second.
            let second = Self.number(parts[2], 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
