import Operations
import Records
import Settings

/// A time as an option writes it: by the calendar, or as how long ago it is.
enum PastTime {
    /// Reads `2026-11-25T10:00:00Z`, or `30m` or `2h`; nil for anything else.
    static func parse(_ text: String) -> UnixMilliseconds? {
        if let time = UnixMilliseconds(parsing: text) { return time }
        return DurationText.parse(text).map { UnixMilliseconds.now().advanced(by: .zero - $0) }
    }
}
