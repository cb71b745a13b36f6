import Kafka
import Redrive

/// Looks at the dead letters that wait: how many, and whether their topic is about to delete the oldest of them.
enum DeadLetterCheck {
    /// A longer look is left to `dlq list`: a check is to end soon.
    private static let longestLook = Duration.seconds(10)

    /// - Parameter topic: the dead-letter topic, which exists.
    static func run(_ topic: String, _ client: ClientProperties) async -> CheckFinding {
        do {
            let letters = try await DeadLetterTopic(topic, client)
            let end = ContinuousClock.now + Self.longestLook
            var report = LetterReport()
            var isWhole = true
            // Those that do not wait are looked at too, so that the time is looked at for each record.
            try await letters.visit(Selection(), .all) { letter, mark in
                if mark == .waiting { report.take(letter, mark) }
                isWhole = ContinuousClock.now < end
                return isWhole
            }
            return Self.finding(try await letters.retention(report), waiting: report.count, isWhole: isWhole)
        } catch {
            return CheckFinding("dead letters", .skipped, "they cannot be read: \(error)")
        }
    }

    /// What the facts amount to.
    ///
    /// - Parameter isWhole: whether all that wait were counted.
    static func finding(_ retention: RetentionGuard, waiting: Int, isWhole: Bool) -> CheckFinding {
        let count = "\(isWhole ? "" : "at least ")\(waiting) wait"
        guard waiting > 0, let left = retention.timeLeft, let kept = retention.retention else {
            return CheckFinding("dead letters", .fine, count)
        }
        guard retention.isNear else {
            return CheckFinding("dead letters", .fine, "\(count); the oldest is kept for \(Self.hours(left)) more")
        }
        let end = left <= .zero ? "may be deleted at any moment" : "is deleted in about \(Self.hours(left))"
        return CheckFinding(
            "dead letters",
            .warning,
            "\(count); the oldest \(end), since the topic keeps records for \(Self.hours(kept))",
            remedy: "customer-worker dlq list, then dlq redrive or dlq export; or raise the topic's retention.ms"
        )
    }

    private static func hours(_ duration: Duration) -> String {
        let minutes = duration.components.seconds / 60
        return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h"
    }
}
