import Foundation

/// What a `Retry-After` header asks for, in either form of RFC 9110, section 10.2.3.
public enum RetryAfter: Sendable, Hashable {
    /// So many seconds from now.
    case delay(Duration)
    /// Not before this moment, in seconds since 1970.
    case date(Int64)

    /// Nothing is waited for longer than this, whatever a server asks.
    public static let longest: Duration = .seconds(3_600)

    /// Reads seconds or an HTTP date; anything else is no wish at all.
    public init?(_ text: String) {
        if let seconds = Int64(text) {
            guard seconds >= 0 else { return nil }
            self = .delay(min(.seconds(min(seconds, 1_000_000)), Self.longest))
            return
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = formatter.date(from: text) else { return nil }
        self = .date(Int64(date.timeIntervalSince1970))
    }

    /// How long to wait from a moment, in milliseconds since 1970; a date that has passed means no wait.
    public func wait(from now: Int64) -> Duration {
        switch self {
        case .delay(let delay): delay
        case .date(let seconds): min(max(.milliseconds(seconds * 1_000 - now), .zero), Self.longest)
        }
    }
}
