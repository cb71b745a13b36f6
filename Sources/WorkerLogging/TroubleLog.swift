package import Logging
import Synchronization

/// Something that may fail again and again, with the lines that tell of it.
package struct Trouble: Sendable, Hashable {
    /// The message of each line about it.
    let message: String
    /// Tells troubles of one message apart, such as a broker or a kind of error; empty where there is only one.
    let subject: String
    /// The event of its end, if that is seen; the line begins with «Recovered: ».
    let end: String?

    package init(_ message: String, of subject: String = "", end: String? = nil) {
        self.message = message
        self.subject = subject
        self.end = end
    }

    /// The same trouble, of one subject.
    package func of(_ subject: String) -> Self { Self(self.message, of: subject, end: self.end) }
}

/// Writes lines about troubles that last or come again: the first at once, then one a minute at most with the number of
/// times since the last line, then one that says how long it lasted.
///
/// From any thread, quick enough for librdkafka's callback. A trouble that ends and comes again within a minute of its
/// last line is told with the next line that is due.
package final class TroubleLog: Sendable {
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let book = Mutex(TroubleBook())

    /// - Parameter now: the clock, for tests.
    package init(_ logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.logger = logger
        self.now = now
    }

    /// Writes a line, or counts it.
    package func tell(_ level: Logger.Level, _ trouble: Trouble, _ facts: Logger.Metadata) {
        guard level >= self.logger.logLevel,
            let telling = self.book.withLock({ [now = self.now()] book in book.happened(trouble, at: now) })
        else { return }
        var facts = facts
        if telling.times > 1 { facts[LogKey.times] = "\(telling.times)" }
        if telling.lasting > .zero { facts[LogKey.lasting] = "\(telling.lasting.components.seconds)s" }
        self.logger.log(level: level, "\(trouble.message)", metadata: facts)
    }

    /// Says that a trouble is over, if a line told of it: without a subject, all of its message.
    package func end(_ trouble: Trouble, _ facts: Logger.Metadata = [:]) {
        guard let lasted = self.book.withLock({ [now = self.now()] book in book.ended(trouble, at: now) }),
            let end = trouble.end
        else { return }
        let facts = facts.merging([LogKey.duration: "\(lasted.components.seconds)s"]) { _, duration in duration }
        self.logger.notice("Recovered: \(end)", metadata: facts)
    }
}

/// Decides which occurrences of a trouble are told.
///
/// At most ``limit`` troubles are told apart; beyond that the one that was told first is forgotten.
struct TroubleBook: Sendable {
    /// What a line says beside the facts of its occurrence.
    struct Telling: Sendable, Hashable {
        /// Occurrences since the last line, this one included.
        let times: Int
        /// Since the trouble began.
        let lasting: Duration
    }

    private struct Entry {
        var toldAt: ContinuousClock.Instant
        var lastAt: ContinuousClock.Instant
        /// When the present trouble began; `nil` when it is over.
        var since: ContinuousClock.Instant?
        /// Whether a line told of the present trouble.
        var isTold = true
        var leftOut = 0
    }

    /// Between two lines of one trouble.
    static let spacing: Duration = .seconds(60)
    /// A trouble that has not occurred for longer is over, seen or not: the longest back-off is half a minute.
    static let silence: Duration = .seconds(300)
    static let limit = 64

    private var entries: [Trouble: Entry] = [:]

    /// Takes an occurrence; `nil` when it is only counted.
    mutating func happened(_ trouble: Trouble, at now: ContinuousClock.Instant) -> Telling? {
        guard var entry = self.entries[trouble], now - entry.lastAt <= Self.silence else {
            self.makeRoom()
            self.entries[trouble] = Entry(toldAt: now, lastAt: now, since: now)
            return Telling(times: 1, lasting: .zero)
        }
        defer { self.entries[trouble] = entry }
        entry.lastAt = now
        let since = entry.since ?? now
        if entry.since == nil { (entry.since, entry.isTold) = (now, false) }
        entry.leftOut += 1
        guard now - entry.toldAt >= Self.spacing else { return nil }
        let telling = Telling(times: entry.leftOut, lasting: now - since)
        (entry.toldAt, entry.isTold, entry.leftOut) = (now, true, 0)
        return telling
    }

    /// Ends a trouble, or without a subject all of its message; how long the longest lasted that a line told of.
    mutating func ended(_ trouble: Trouble, at now: ContinuousClock.Instant) -> Duration? {
        var lasted: Duration?
        for (other, entry) in self.entries where other.message == trouble.message {
            guard trouble.subject.isEmpty || trouble.subject == other.subject, let since = entry.since else { continue }
            self.entries[other]?.since = nil
            if entry.isTold { lasted = max(lasted ?? .zero, now - since) }
        }
        return lasted
    }

    private mutating func makeRoom() {
        guard self.entries.count >= Self.limit,
            let oldest = self.entries.min(by: { $0.value.toldAt < $1.value.toldAt })
        else { return }
        self.entries[oldest.key] = nil
    }
}
