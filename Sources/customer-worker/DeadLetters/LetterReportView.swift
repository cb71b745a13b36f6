import CustomerContract
import JSON
import Operations
import Records
import Redrive

/// A report about dead letters as a table and as JSON.
struct LetterReportView {
    let topic: String
    let selection: Selection
    let report: LetterReport
    let retention: RetentionGuard?
    let now: UnixMilliseconds

    /// Age and retention, when it is time to act.
    var warning: String? {
        guard let retention, retention.isNear, let left = retention.timeLeft, let kept = retention.retention else {
            return nil
        }
        let when = left <= .zero ? "may be deleted at any moment" : "is deleted in about \(NumberText.duration(left))"
        return
            "the oldest dead letter that waits \(when): \(self.topic) keeps records for \(NumberText.duration(kept)); "
            + "redrive or export it, or raise retention.ms"
    }

    /// For people.
    var text: String {
        let waiting = self.report.waitingCount
        var text =
            "\(self.topic) (\(self.selection.description)): \(NumberText.count(self.report.count)) dead letters, "
            + "\(NumberText.count(waiting)) waiting, \(NumberText.count(self.report.count - waiting)) sent back\n"
        guard self.report.count > 0 else { return text }
        var table = TextTable(
            columns: ["count", "code", "source", "headers", "retryable", "laps", "state", "oldest", "newest", "sample"]
        )
        for (group, tally) in self.report.sorted {
            table.append([
                NumberText.count(tally.count), Self.shown(group.kind), Self.shown(group.source),
                Self.shown(group.dialect),
                group.isRetryable.map { $0 ? "yes" : "no" } ?? "-", "\(group.redriveCount)",
                group.isSentBack ? "redriven" : "waiting", NumberText.age(tally.oldest, now: self.now),
                NumberText.age(tally.newest, now: self.now),
                tally.samples.first.map { "\($0.partition)/\($0.offset)" } ?? "-",
            ])
        }
        text += table.text
        return text
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "-" : text.printable }

    /// For scripts.
    var json: String {
        var object = JSONObject([
            "topic": .string(self.topic),
            "selection": .string(self.selection.description),
            "count": .integer(self.report.count),
            "waiting": .integer(self.report.waitingCount),
            "redriven": .integer(self.report.count - self.report.waitingCount),
        ])
        if let left = self.retention?.timeLeft {
            object["retention_left_seconds"] = .integer(Int(left.components.seconds))
            object["retention_is_near"] = .bool(self.retention?.isNear ?? false)
        }
        object["groups"] = .array(
            self.report.sorted.map { group, tally in
                .members([
                    "count": .integer(tally.count),
                    "code": group.kind.isEmpty ? .null : .string(group.kind),
                    "source_topic": group.source.isEmpty ? .null : .string(group.source),
                    "dialect": group.dialect.isEmpty ? .null : .string(group.dialect),
                    "retryable": group.isRetryable.map { .bool($0) } ?? .null,
                    "redrive_count": .integer(group.redriveCount),
                    "state": .string(group.isSentBack ? "redriven" : "waiting"),
                    "oldest": .text(tally.oldest?.description),
                    "newest": .text(tally.newest?.description),
                    "samples": .array(tally.samples.map { .string($0.description) }),
                    "reason": .text(tally.reason),
                ])
            }
        )
        return object.line
    }
}
