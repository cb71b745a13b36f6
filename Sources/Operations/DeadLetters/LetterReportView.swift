import JSON
package import Records
package import Redrive

/// A report about dead letters as a table and as JSON.
package struct LetterReportView: Sendable {
    private let topic: String
    private let selection: Selection
    private let report: LetterReport
    private let retention: RetentionGuard?
    private let now: UnixMilliseconds

    /// - Parameters:
    ///   - selection: what was asked for, with its limit.
    ///   - retention: how long the topic keeps the letters; `nil` when it is unknown.
    ///   - now: the moment from which ages are counted.
    package init(
        topic: String,
        selection: Selection,
        report: LetterReport,
        retention: RetentionGuard?,
        now: UnixMilliseconds
    ) {
        self.topic = topic
        self.selection = selection
        self.report = report
        self.retention = retention
        self.now = now
    }

    /// Age and retention, when it is time to act.
    package var warning: String? { Self.warning(self.retention, self.topic) }

    /// The sentence of ``warning`` for a topic.
    package static func warning(_ retention: RetentionGuard?, _ topic: String) -> String? {
        guard let retention, retention.isNear, let left = retention.timeLeft, let kept = retention.retention else {
            return nil
        }
        let when = left <= .zero ? "may be deleted at any moment" : "is deleted in about \(NumberText.duration(left))"
        return
            "the oldest dead letter that waits \(when): \(topic) keeps records for \(NumberText.duration(kept)); "
            + "redrive or export it, or raise retention.ms"
    }

    /// For people.
    package func text(width: Int?) -> String {
        func count(_ mark: LetterMark) -> String { NumberText.count(self.report.counts[mark] ?? 0) }
        let all = NumberText.count(self.report.counts.values.reduce(0, +), "dead letter")
        let text =
            "\(self.topic) (\(self.selection.description)): \(all), \(count(.waiting)) waiting, "
            + "\(count(.redriven)) sent back, \(count(.dismissed)) dismissed\n"
        guard self.report.count > 0 else { return text }
        var table = TextTable(
            columns: [
                "count", "code", "why", "redrive", "source", "headers", "retryable", "laps", "state", "oldest",
                "newest", "sample",
            ],
            // Beside a pipe a reason is read by eye no further; `dlq show` has all of it.
            longestCell: 60,
            secondary: ["headers", "source", "retryable", "newest", "state", "laps", "redrive"]
        )
        for (group, tally) in self.report.sorted {
            table.append([
                NumberText.count(tally.count), Self.shown(group.kind),
                tally.why?.printable ?? (group.reason == nil ? "several reasons" : "-"),
                Self.redrive(sendable: tally.sendable, left: tally.left),
                Self.shown(group.source), Self.shown(group.dialect),
                group.isRetryable.map { $0 ? "yes" : "no" } ?? "-", group.isRest ? "-" : "\(group.laps)",
                group.mark.rawValue, NumberText.age(tally.oldest, now: self.now),
                NumberText.age(tally.newest, now: self.now),
                tally.samples.first.map { "\($0.partition)/\($0.offset)" } ?? "-",
            ])
        }
        return text + table.text(width: width)
    }

    /// What a redrive would do with the letters of a group: `sends`, or the number that it sends and those that stay.
    package static func redrive(sendable: Int, left: [LeftReason: Int]) -> String {
        if left.isEmpty { return sendable > 0 ? "sends" : "-" }
        let stay = left.inOrder
        if sendable == 0, stay.count == 1, let only = stay.first { return "stays: \(only.key.brief)" }
        let sent = sendable > 0 ? ["sends \(NumberText.count(sendable))"] : []
        return (sent + stay.map { "\(NumberText.count($0.value)) stay: \($0.key.brief)" }).joined(separator: ", ")
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "-" : text.printable }

    /// For scripts.
    package var json: String {
        var object = JSONObject([
            "topic": .string(self.topic), "selection": .string(self.selection.description),
            "count": .integer(self.report.count), "waiting": .integer(self.report.waitingCount),
            "redriven": .integer(self.report.counts[.redriven] ?? 0),
            "dismissed": .integer(self.report.counts[.dismissed] ?? 0),
        ])
        if let left = self.retention?.timeLeft {
            object["retention_left_seconds"] = .integer(Int(left.components.seconds))
            object["retention_is_near"] = .bool(self.retention?.isNear ?? false)
        }
        func filled(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }
        let groups = self.report.sorted.map { group, tally in
            JSONValue.members([
                "count": .integer(tally.count), "code": filled(group.kind), "source_topic": filled(group.source),
                "dialect": filled(group.dialect), "retryable": group.isRetryable.map { .bool($0) } ?? .null,
                "redrive_count": .integer(group.redriveCount),
                "laps": group.isRest ? .null : .integer(group.laps), "state": .string(group.mark.rawValue),
                "oldest": .text(tally.oldest?.description), "newest": .text(tally.newest?.description),
                "samples": .strings(tally.samples.map(\.description)), "reason": .text(tally.reason),
                "why": .text(tally.why), "would_send": .integer(tally.sendable),
                "would_leave": .counts(tally.left.byName),
            ])
        }
        object["groups"] = .array(groups)
        return object.line
    }
}
