import JSON
import Operations
import Records
import Settings

/// What the workers of the group said when they were asked last.
struct FleetView: Sendable {
    /// One worker.
    struct Worker: Sendable {
        /// Its admin endpoint.
        let address: HostAndPort
        /// Its last answer; `nil` when it gave none to the last question.
        var status: JSONObject?
        /// The last of all its answers; `nil` before the first.
        var lastStatus: JSONObject?
        /// Why there is none, without its end.
        var silence: String?
        /// The time of its last answer; `nil` before the first.
        var answeredAt: UnixMilliseconds?

        init(address: HostAndPort) {
            self.address = address
        }

        /// A number of the answer, by its path.
        func number(_ path: String...) -> Double? {
            var value = self.status.map { JSONValue.object($0) }
            for name in path { value = value?.objectValue?[name] }
            guard case .number(let number)? = value else { return nil }
            return Double(number.spelling)
        }

        /// Whether the worker says that it is ready; `nil` when it does not answer.
        var isReady: Bool? { self.status.map { $0["ready"] == .bool(true) } }
    }

    /// In the order of the settings.
    var workers: [Worker]
    /// When they were asked; `nil` before the first time.
    var askedAt: UnixMilliseconds?
}
