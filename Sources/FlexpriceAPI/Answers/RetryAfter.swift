import Records

/// What a `Retry-After` header asks for, in either form of RFC 9110, section 10.2.3.
package enum RetryAfter: Sendable, Hashable {
    /// A time from now.
    case delay(Duration)
    /// Not before this moment, in seconds since 1970.
    case date(Int64)

    /// Nothing is waited for longer than this, whatever a server asks.
    package static let longest: Duration = .seconds(3_600)

    /// Reads seconds or an HTTP date; anything else is no wish at all.
    package init?(_ text: String) {
        // Digits only, since `Int64` would take a sign; a number too large for it is a long wait, not rubbish.
        if !text.isEmpty, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) {
            self = .delay(min(.seconds(Int64(text) ?? .max), Self.longest))
            return
        }
        guard let seconds = HTTPDate.parse(text) else { return nil }
        self = .date(seconds)
    }

    /// Reads every occurrence of the header: the longest wait counts, since each may come from another server.
    init?(_ texts: [String], from now: @autoclosure () -> Int64 = UnixMilliseconds.now().value) {
        guard texts.count > 1 else {
            guard let wish = texts.first.flatMap({ RetryAfter($0) }) else { return nil }
            self = wish
            return
        }
        let moment = now()
        let wishes = texts.compactMap { RetryAfter($0) }
        guard let longest = wishes.max(by: { $0.wait(from: moment) < $1.wait(from: moment) }) else { return nil }
        self = longest
    }

    /// How long to wait from a moment, in milliseconds since 1970; a date that has passed means no wait.
    package func wait(from now: Int64) -> Duration {
        switch self {
        case .delay(let delay): delay
        case .date(let seconds): min(max(.seconds(seconds) - .milliseconds(now), .zero), Self.longest)
        }
    }
}
