/// The three forms of a date in HTTP (RFC 9110, section 5.6.7), read by hand: no locale, no time zone database, no lock.
///
/// `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, which a
/// recipient must still understand. The name of the day is not looked at.
enum HTTPDate {
    /// Seconds since 1970; `nil` when the text is no such date, or before 1970.
    static func parse(_ text: String) -> Int64? {
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
            day >= 1, day <= Self.days(inMonth: month, of: year), let seconds = Self.secondsOfDay(date.time)
        else { return nil }
        return Self.daysSince1970(year, month, day) * 86_400 + seconds
    }

    private static let comma = UInt8(ascii: ",")
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func month(_ word: [UInt8]) -> Int64? {
        Self.months.firstIndex { word.elementsEqual($0.utf8) }.map { Int64($0) + 1 }
    }

    /// A number of exactly so many digits.
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

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: Self.isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400 - 477
        let inYear = (1..<month).reduce(0) { $0 + Self.days(inMonth: $1, of: year) }
        return (year - 1_970) * 365 + leapDays + inYear + day - 1
    }
}
