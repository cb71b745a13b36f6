/// `api.max_concurrency`: how many requests may be under way.
public enum RequestLimit: Sendable, Hashable {
    /// Never more than this many, from 1.
    case fixed(Int)
    /// The worker finds the number itself, from latency and refusals.
    case automatic
}
