import CustomerContract
package import JSON
import Records
import Redrive
import WorkerLogging

/// A story on one screen: what happened, what it waits for, and the command to run next; and the same as JSON.
package struct StoryScreen: Sendable {
    private let answer: StoryInquiry.Answer
    private let config: String?

    /// The first events of a long story.
    private static let firstEvents = 2
    /// The lines of a screen that are no events: the subject, what it waits for on two lines, the command on two, the
    /// count of what is left out, empty lines, and the shell's own.
    private static let otherLines = 11
    private static let nowLines = 2
    private static let usualRows = 24
    /// The newest events that are shown however low the terminal is.
    private static let fewestNewest = 5

    /// - Parameter config: The file of `--config`, for the commands that are suggested.
    package init(_ answer: StoryInquiry.Answer, config: String?) {
        self.answer = answer
        self.config = config
    }

    private var story: Story { self.answer.story }
    private var worker: WorkerWord { self.answer.worker }

    // MARK: For people

    /// One line an event, no line longer than the terminal is wide.
    ///
    /// - Parameter size: The terminal's; `nil` where the output is none, then no line is cut.
    package func text(_ size: (columns: Int, rows: Int)? = nil) -> String {
        var lines = [self.title, ""]
        // What decides is never cut.
        let now = LogEscaping.escaped("now   \(self.waitsFor)")
            .wrapped(to: size?.columns ?? .max, hanging: "now   ".count)
        let others = Self.otherLines + max(0, now.count - Self.nowLines)
        let newest = max(Self.fewestNewest, (size?.rows ?? Self.usualRows) - others - Self.firstEvents)
        let events = self.story.events
        if events.count > Self.firstEvents + newest + 1 {
            let between = events.count - Self.firstEvents - newest
            lines += events.prefix(Self.firstEvents).map(self.line)
            lines.append("  … \(between) events between (--all)")
            lines += events.suffix(newest).map(self.line)
        } else {
            lines += events.map(self.line)
        }
        if !events.isEmpty { lines.append("") }
        lines = lines.map { LogEscaping.escaped($0).shortened(to: size?.columns ?? .max) } + now
        return (lines + ["next  \(self.next)"]).map { $0 + "\n" }.joined()
    }

    /// A detail in the JSON: a number where the story counts.
    private static func detail(_ detail: (name: String, value: String)) -> JSONValue {
        let isCount = ["attempts", "bytes", "http_status", "redrive_count"].contains(detail.name)
        let number = isCount ? JSONNumber(spelling: detail.value) : nil
        return number.map { .number($0) } ?? .string(detail.value)
    }

    /// Every event with its details.
    package var longText: String {
        var lines = [self.title, ""]
        for event in self.story.events {
            let place = event.position.map { "  [\($0)]" } ?? ""
            lines.append("\(event.at?.description ?? "at an unknown time")  \(event.text)\(place)")
            lines += event.details.map { "    \($0.name): \($0.value)" }
        }
        if !self.story.events.isEmpty { lines.append("") }
        lines += ["now"] + self.story.now.map { "  \($0)" } + ["  \(self.workerSays)", ""]
        return lines.map { LogEscaping.escaped($0) + "\n" }.joined() + "next  \(self.next)\n"
    }

    private var title: String {
        guard let id = self.story.externalID, !id.text.hasSameBytes(as: self.answer.subject) else {
            return self.answer.subject
        }
        if let name = self.story.foundBy { return "\(self.answer.subject) is the \(name.text) of \(id.text)" }
        return "\(self.answer.subject) (external_id \(id.text))"
    }

    private func line(_ event: StoryEvent) -> String {
        // Whole seconds are enough to read; --all has the rest.
        let time = event.at.map { "\($0.description.prefix(19))Z" } ?? "at an unknown time  "
        let kind: String =
            switch event.kind {
            case .command: "command"
            case .result: "result"
            case .deadLetter: "letter"
            case .remembered: "ledger"
            }
        let place = event.position.map { " \($0.partition)/\($0.offset)" } ?? ""
        return "\(time)  \("\(kind)\(place)".padding(to: 14))  \(event.brief)"
    }

    // MARK: What it waits for, and what to do

    /// One sentence: the worker's if a command is in flight there, or could be.
    package var waitsFor: String { self.waitsFor(isOutline: false) }

    /// The same.
    ///
    /// - Parameter isOutline: whether what a rule says of the customer's values is left out.
    package func waitsFor(isOutline: Bool) -> String {
        let isOpen = self.story.state == .unanswered
        let waitsFor = self.story.waitsFor(isOutline: isOutline)
        switch self.worker {
        case .answered(let answer) where self.worker.hasCommand: return answer.sentence
        case .answered(let answer) where isOpen && !answer.isReady: return answer.sentence
        case .notAsked(let reason) where isOpen: return "\(waitsFor) (worker not asked: \(reason))"
        case .answered, .notAsked: return waitsFor
        }
    }

    private var workerSays: String {
        switch self.worker {
        case .notAsked(let reason): "worker not asked: \(reason)"
        case .answered(let answer): "the worker says: \(answer.sentence)"
        }
    }

    /// The command that an operator runs next.
    package var next: ShellCommand {
        let id = self.story.externalID?.text
        if self.worker.hasCommand { return self.command(["why"], operand: id) }
        switch self.story.state {
        case .unanswered:
            if case .notAsked = self.worker { return self.command(["check"]) }
            return self.command(["why"], operand: id)
        case .letter(let position, isSendable: false):
            return self.command(["dlq", "show"], operand: "\(position.partition)/\(position.offset)")
        case .letter(let position, isSendable: true):
            let place = ["--partition", "\(position.partition)", "--offsets", "\(position.offset)"]
            let selection = id.map { ShellCommand.option("--external-id", $0) } ?? place
            return self.command(["dlq", "redrive"] + selection + ["--dry-run"])
        case .created, .done:
            guard let id else { return self.command(["ledger", "stats"]) }
            return self.command(["ledger", "get"], operand: id)
        case .failed:
            let selection = id.map { ShellCommand.option("--external-id", $0) } ?? []
            return self.command(["dlq", "list"] + selection + ["--state", "all"])
        case .unknown: return self.command(["config", "show"])
        }
    }

    private func command(_ words: [String], operand: String? = nil) -> ShellCommand {
        ShellCommand(words, operand: operand, config: self.config)
    }

    // MARK: For scripts

    /// Every event, and of the worker only what concerns the customer.
    package var json: JSONObject {
        let events = self.story.events.map { event in
            JSONValue.members([
                "at": .text(event.at?.description), "kind": .string(event.kind.name),
                "position": .text(event.position?.description), "command": .text(event.command?.description),
                "text": .string(event.text),
                "details": .object(JSONObject(event.details.map { .init(name: $0.name, value: Self.detail($0)) })),
            ])
        }
        var object = JSONObject([
            "subject": .string(self.answer.subject), "external_id": .text(self.story.externalID?.text),
            "found_by": .text(self.story.foundBy?.rawValue),
            "events": .array(events), "now": .strings(self.story.now),
            "waits_for": .string(self.waitsFor), "next": .string("\(self.next)"),
        ])
        switch self.worker {
        case .notAsked(let reason): object["worker_not_asked"] = .string(reason)
        case .answered(let answer): object["worker"] = .object(answer.json)
        }
        return object
    }
}
