import Records
import Synchronization

/// The sessions of the users who are logged in, in memory: a restart of the console ends them.
///
/// A session is found by the digest of its secret, so that neither a lookup's time nor a dump of memory shows one. At
/// most ``limit`` are kept; then the one that was used longest ago ends.
final class Sessions: Sendable {
    private struct Entry {
        let session: Session
        /// The digest of the token that it was opened with; `nil` for one that a proxy names.
        let token: [UInt8]?
        let began: ContinuousClock.Instant
        var used: ContinuousClock.Instant
    }

    static let limit = 1_000
    /// A session ends that long after its last request.
    static let idleTime: Duration = .seconds(8 * 3_600)
    /// And that long after it began, whatever happens.
    static let longestTime: Duration = .seconds(24 * 3_600)

    private let entries = Mutex<[[UInt8]: Entry]>([:])

    /// Opens a session under a new secret, which is returned: 256 bits in hexadecimal digits.
    func open(
        _ user: String,
        _ role: Role,
        token: [UInt8]? = nil,
        at now: ContinuousClock.Instant = .now
    ) -> (secret: String, session: Session) {
        let secret = Self.randomText()
        let session = Session(user: user, role: role, csrf: Self.randomText())
        self.entries.withLock { entries in
            entries = entries.filter { !Self.isOver($0.value, at: now) }
            if entries.count >= Self.limit, let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key {
                entries[oldest] = nil
            }
            entries[Self.digest(secret)] = Entry(session: session, token: token, began: now, used: now)
        }
        return (secret, session)
    }

    /// The session of a secret; `nil` when there is none any more.
    func find(_ secret: String, at now: ContinuousClock.Instant = .now) -> Session? {
        let key = Self.digest(secret)
        return self.entries.withLock { entries in
            guard let entry = entries[key], !Self.isOver(entry, at: now) else {
                entries[key] = nil
                return nil
            }
            entries[key]?.used = now
            return entry.session
        }
    }

    func close(_ secret: String) {
        let key = Self.digest(secret)
        self.entries.withLock { $0[key] = nil }
    }

    /// Ends every session whose token is no longer one of these, or has another role or name now.
    func keep(_ tokens: [AccessToken]) {
        self.entries.withLock { entries in
            entries = entries.filter { _, entry in
                guard let digest = entry.token else { return true }
                return tokens.contains {
                    $0.digest == digest && $0.role == entry.session.role && $0.user == entry.session.user
                }
            }
        }
    }

    private static func isOver(_ entry: Entry, at now: ContinuousClock.Instant) -> Bool {
        entry.used + Self.idleTime < now || entry.began + Self.longestTime < now
    }

    private static func digest(_ secret: String) -> [UInt8] { SHA256.digest(of: Array(secret.utf8)) }

    /// 256 random bits of the system's generator.
    static func randomText() -> String {
        (0..<4).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
