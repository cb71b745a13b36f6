import Synchronization

/// Bounds failed logins: ten a minute for one address, a hundred for all of them together.
///
/// Counted by the address of the connection. Behind a proxy that is the proxy's: one that guesses keeps others from
/// logging in by token for a minute, but no one from working who is logged in.
final class LoginLimit: Sendable {
    private struct Window {
        var began: ContinuousClock.Instant
        var failures: [String: Int] = [:]
        var total = 0
    }

    private static let length: Duration = .seconds(60)
    private static let mostOfOne = 10
    private static let mostOfAll = 100

    private let window: Mutex<Window>

    init(at now: ContinuousClock.Instant = .now) {
        self.window = Mutex(Window(began: now))
    }

    /// Whether an address may try now.
    func allows(_ address: String, at now: ContinuousClock.Instant = .now) -> Bool {
        self.window.withLock { window in
            Self.turn(&window, now)
            return window.total < Self.mostOfAll && window.failures[address, default: 0] < Self.mostOfOne
        }
    }

    /// An address tried in vain.
    func failed(_ address: String, at now: ContinuousClock.Instant = .now) {
        self.window.withLock { window in
            Self.turn(&window, now)
            window.total += 1
            window.failures[address, default: 0] += 1
        }
    }

    private static func turn(_ window: inout Window, _ now: ContinuousClock.Instant) {
        if window.began + Self.length <= now { window = Window(began: now) }
    }
}
