/// How many requests to the API may be open at a time.
package enum ConcurrencyLimit: Sendable, Hashable, CustomStringConvertible {
    /// Never more than this many.
    case fixed(Int)

    /// The worker finds the limit itself, from latency and refusals.
    case auto

    /// The form that the setting is written in.
    package var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .auto: "auto"
        }
    }
}
