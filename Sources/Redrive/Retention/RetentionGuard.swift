package import Records

/// Whether dead letters that nobody has dealt with are about to be deleted by their topic's retention.
///
/// A dead letter has the timestamp of its command, and Kafka deletes by timestamps, so it may go earlier than one would
/// think from when it failed.
package struct RetentionGuard: Sendable, Hashable {
    /// Warn when less than this part of the retention is left.
    static let warningPart: Int64 = 5

    /// How long the topic keeps records; `nil` for ever.
    package let retention: Duration?
    /// The timestamp of the oldest dead letter that waits; `nil` when none does.
    package let oldestWaiting: UnixMilliseconds?
    /// The time of the answer.
    package let now: UnixMilliseconds

    /// Gathers the facts.
    ///
    /// - Parameter retentionMilliseconds: the topic's `retention.ms` as the broker gives it; negative or unreadable
    ///   means for ever.
    package init(retentionMilliseconds: String?, oldestWaiting: UnixMilliseconds?, now: UnixMilliseconds) {
        let milliseconds = retentionMilliseconds.flatMap { Int64($0) } ?? -1
        self.retention = milliseconds < 0 ? nil : .milliseconds(milliseconds)
        self.oldestWaiting = oldestWaiting
        self.now = now
    }

    /// How long the oldest one is still safe; negative when it may go at any moment, `nil` when nothing is at risk.
    package var timeLeft: Duration? {
        guard let retention, let oldestWaiting else { return nil }
        return retention - .milliseconds(self.now.milliseconds(since: oldestWaiting))
    }

    /// Whether it is time to warn: less than a fifth of the retention is left.
    package var isNear: Bool {
        guard let retention, let timeLeft else { return false }
        return timeLeft < retention / Self.warningPart
    }
}
