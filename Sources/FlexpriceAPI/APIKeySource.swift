package import Records
import Synchronization

/// The API key in effect, and how it is read again.
///
/// Keys are rotated while a worker runs: after a 401 or 403, and on request with ``reread()``, the place that the key
/// came from is looked at again. It may be used from any thread.
package final class APIKeySource: Sendable {
    private struct State {
        var key: Secret {
            didSet { if self.key != oldValue { self.last = oldValue } }
        }
        var last: Secret?
        var lastReread: ContinuousClock.Instant?
    }

    /// After a refusal the key is read again at most this often: hundreds of requests may be refused at once.
    static let shortestInterval: Duration = .milliseconds(500)

    private let state: Mutex<State>
    private let read: @Sendable () -> Secret?

    /// Begins with a key.
    ///
    /// - Parameter read: looks at the key's place again; `nil` when there is no usable key, and then the last one
    ///   stays. It may block for as long as a small file takes to read.
    package init(_ key: Secret, rereading read: @escaping @Sendable () -> Secret? = { nil }) {
        self.state = Mutex(State(key: key, lastReread: nil))
        self.read = read
    }

    /// The key in effect.
    package var current: Secret { self.state.withLock { $0.key } }

    /// The key in effect and the one before it: either may come back in an answer.
    var known: [Secret] { self.state.withLock { state in [state.key] + (state.last.map { [$0] } ?? []) } }

    /// Puts another key in effect, for requests from now on.
    package func replace(with key: Secret) { self.state.withLock { $0.key = key } }

    /// Reads the key again from its place; `true` when there is another one now.
    @discardableResult
    package func reread() -> Bool {
        guard let key = self.read() else { return false }
        return self.state.withLock { state in
            defer { state.key = key }
            return key != state.key
        }
    }

    /// Reads the key again because this one was refused, unless that has just been done or another one is in effect
    /// already.
    func refused(_ key: Secret) {
        let isDue = self.state.withLock { state in
            let now = ContinuousClock.now
            if state.key != key { return false }
            if let last = state.lastReread, now - last < Self.shortestInterval { return false }
            state.lastReread = now
            return true
        }
        if isDue { self.reread() }
    }
}
