import ArgumentParser
import JSON
import Operations
import Producing
import Topics

/// How a sending ended, as people read it, as JSON, and as an exit code.
struct ProduceView {
    let name: String
    let survey: InputSurvey
    /// `nil` when nothing was to be sent.
    let outcome: ProduceOutcome?
    let files: OutputFiles
    let awaitsResults: Bool
    let isDryRun: Bool

    /// Sentences, and the table of outcomes.
    var text: String {
        var lines = [self.headline]
        if let outcome {
            if self.awaitsResults { lines.append(self.table(outcome)) }
            lines += self.sentences(outcome)
        }
        if let failures = self.files.failures, failures.count > 0 {
            lines.append(
                "\(NumberText.count(failures.count)) written to \(failures.path): correct each «value», "
                    + "and send that file."
            )
        }
        if let results = self.files.results {
            lines.append("\(NumberText.count(results.count, "row")) with what became of each: \(results.path)")
        }
        return lines.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
    }

    private var headline: String {
        let rows = NumberText.count(self.survey.rowCount, "row")
        let repeated = self.survey.repeatedCount
        let bad =
            (self.survey.badCount > 0 ? ", \(NumberText.count(self.survey.badCount)) of them bad" : "")
            + (repeated > 0 ? ", \(NumberText.count(repeated)) of them a repetition" : "")
        guard let outcome else {
            if self.isDryRun { return "\(self.name): \(rows)\(bad). Nothing was sent: this was a dry run." }
            return
                "\(self.name): \(rows)\(bad). Nothing was sent: correct them, or send the others with --skip-invalid."
        }
        let sent = "\(NumberText.count(outcome.sent)) sent in \(NumberText.duration(outcome.elapsed))"
        let skipped = self.survey.badCount > 0 ? ", \(NumberText.count(self.survey.badCount)) left out" : ""
        return "\(self.name): \(rows)\(bad); \(sent)\(skipped)."
    }

    private func table(_ outcome: ProduceOutcome) -> String {
        var table = TextTable(columns: ["outcome", "count"])
        for row in outcome.rows {
            table.append([row.isFailure ? "failed: \(row.name)" : row.name, NumberText.count(row.count)])
        }
        if outcome.refused > 0 { table.append(["refused by the brokers", NumberText.count(outcome.refused)]) }
        if outcome.unanswered > 0 { table.append(["no result", NumberText.count(outcome.unanswered)]) }
        return table.text(width: Terminal.width)
    }

    private func sentences(_ outcome: ProduceOutcome) -> [String] {
        var lines: [String] = []
        if outcome.refused > 0 {
            let reason = outcome.firstRefusal.map { ", the first with \($0)" } ?? ""
            lines.append("\(NumberText.count(outcome.refused)) were refused by the brokers\(reason).")
        }
        switch outcome.ending {
        case .finished: break
        case .cancelled: lines.append("Cancelled. " + Self.resumption(outcome))
        case .failed(let error): lines.append("Stopped by the brokers: \(error). " + Self.resumption(outcome))
        case .timedOut(let error):
            let places = outcome.unansweredRows.map(\.description).joined(separator: ", ")
            lines.append(
                "Gave up: no result has come for too long"
                    + (error.map { " (\($0))" } ?? "; is the worker running?")
                    + " The first rows without one: \(places)."
                    + " Send the file again with --wait to learn what became of them; what exists is not made twice."
            )
        }
        if outcome.hasChanged { lines.append("The file has changed since it was checked: send it again.") }
        return lines
    }

    private static func resumption(_ outcome: ProduceOutcome) -> String {
        guard let row = outcome.resumeRow else {
            return "Everything was sent. Send the file again with --wait to learn what became of it."
        }
        return "Continue with --from-line \(row), or send the whole file again: nothing is made twice."
    }

    /// For scripts.
    var json: String {
        var object = JSONObject([
            "input": .string(self.name), "rows": .integer(self.survey.rowCount), "bad": .integer(self.survey.badCount),
            "sent": .integer(self.outcome?.sent ?? 0),
            "skipped": .integer(self.outcome == nil ? 0 : self.survey.badCount),
            "repeated": .integer(self.survey.repeatedCount),
            "unknown_fields": .counts(self.survey.unknownFields.sorted.map { ($0.name, $0.count) }),
        ])
        if let outcome {
            object["refused"] = .integer(outcome.refused)
            object["ending"] = .string(Self.name(outcome.ending))
            object["resume_from"] = outcome.resumeRow.map { .integer($0) }
            if self.awaitsResults {
                object["outcomes"] = .counts(outcome.rows.filter { !$0.isFailure }.map { ($0.name, $0.count) })
                object["failed"] = .counts(outcome.rows.filter(\.isFailure).map { ($0.name, $0.count) })
                object["no_result"] = .integer(outcome.unanswered)
            }
        }
        if let failures = self.files.failures, failures.count > 0 { object["failures"] = .string(failures.path) }
        if let results = self.files.results { object["out"] = .string(results.path) }
        return object.line
    }

    private static func name(_ ending: ProduceOutcome.Ending) -> String {
        switch ending {
        case .finished: "finished"
        case .cancelled: "cancelled"
        case .failed: "failed"
        case .timedOut: "timed_out"
        }
    }

    /// Contract, section 9.
    var exit: ExitCode {
        guard let outcome else { return self.survey.badCount > 0 ? ExitStatus.badInput.exit : .success }
        switch outcome.ending {
        case .finished:
            let isGood = outcome.refused == 0 && outcome.failedCount == 0 && !outcome.hasChanged
            guard isGood else { return ExitStatus.failure.exit }
            return self.survey.badCount > 0 ? ExitStatus.partial.exit : .success
        case .cancelled: return ExitStatus.cancelled.exit
        case .failed(let error): return ExitStatus(error).exit
        case .timedOut: return ExitStatus.failure.exit
        }
    }
}

extension ProduceProgress {
    /// How far a sending is, in words.
    var news: ProgressNews {
        let done = NumberText.count(self.pace.done)
        let total = self.pace.total.map { max($0, self.pace.done) }
        let ofTotal = total.map { " of \(NumberText.count($0))" } ?? ""
        let left = self.pace.done < total ?? 0 ? self.pace.timeLeft : nil
        var parts: [String]
        switch self.phase {
        case .checking: parts = ["\(done) rows checked"]
        case .sending: parts = ["\(done)\(ofTotal) sent"] + ProgressNews.pace(self.pace.rate, timeLeft: left)
        case .awaitingResults: parts = ["\(done)\(ofTotal) have a result"]
        }
        if self.failed > 0 {
            let word = if case .checking = self.phase { "bad" } else { "failed" }
            parts.append("\(NumberText.count(self.failed)) \(word)")
        }
        return ProgressNews(done: self.pace.done, total: total, elapsed: self.pace.elapsed, parts: parts)
    }
}

extension InputSurvey {
    /// What is said of a file before it is sent, beside the rows that are wrong: it refuses nothing.
    ///
    /// One sentence for each field that is not known, and one for rows that could not be compared.
    var remarks: [String] {
        var sentences = self.unknownFields.sorted.map { field in
            let rows = field.count == 1 ? nil : NumberText.count(field.count, "row")
            let place = rows.map { "\($0) from row \(field.firstRow) on" } ?? "row \(field.firstRow)"
            let meant = field.nearest.map { "; did you mean \($0)?" } ?? ""
            return "field \(field.name.printable) in \(place) is not known and is sent as it is\(meant)"
        }
        let others = self.unknownFields.otherCount
        if others > 0 {
            sentences.append("\(NumberText.count(others)) more fields with other names are not known either")
        }
        let uncompared = self.uncomparedCount
        if uncompared > 0 {
            sentences.append(
                "\(NumberText.count(uncompared, "row")) not compared with the others, behind a million external_ids: "
                    + "one that conflicts with another ends as idempotency_conflict"
            )
        }
        return sentences
    }
}

extension WorkerNotice {
    /// The sentence, with what to do.
    func sentence(group: String) -> String {
        switch self {
        case .absent:
            "No worker is running: the consumer group \(group) has no member. The commands wait in their topic, and "
                + "this waits for results; start one: customer-worker run"
        case .joined: "A worker has joined the consumer group \(group)."
        case .silent:
            "No result yet, and the consumer group \(group) does not move: customer-worker why says what the worker "
                + "waits for"
        }
    }
}
