package import CustomerContract
import Kafka
import Ledger
import Topics

/// What the topics and the ledger tell of one customer or one command, in order, and what follows from it.
package struct Story: Sendable {
    /// Whom it is about; `nil` when only a record is known.
    package let externalID: ExternalID?
    /// What happened, in order.
    package private(set) var events: [StoryEvent] = []
    /// Where it is now and what it waits for.
    package private(set) var now: [String] = []

    /// Commands that were seen, with what became of them.
    private var commands: [RecordPosition: Bool] = [:]
    private var waitingLetters: [RecordPosition] = []
    private var isRemembered = false
    private var lastResult: (at: UnixMilliseconds?, succeeded: Bool, code: String)?

    init(externalID: ExternalID?) {
        self.externalID = externalID
    }

    // MARK: What is told

    mutating func command(_ record: KafkaRecord) {
        let position = RecordPosition(record)
        self.commands[position] = self.commands[position] ?? false
        let headers = HeaderReading(headers: record.headers)
        var text = "the command was put on the topic"
        var details: [(String, String)] = []
        if let from = headers.text(DeadLetter.redrivenFrom) {
            let lap = headers.text(DeadLetterHeader.redriveCount.rawValue) ?? "?"
            text = "the command was sent back from the dead letter \(from), for the \(Self.ordinal(lap)) time"
        }
        if let id = headers.text(HeaderName.ceID) { details.append(("command_id", id)) }
        details.append(("bytes", "\(record.value?.count ?? 0)"))
        self.events.append(
            StoryEvent(
                at: record.timestamp.map { UnixMilliseconds($0) },
                kind: .command,
                position: position,
                command: position,
                text: text,
                details: details
            )
        )
    }

    mutating func result(_ record: KafkaRecord, _ seen: ResultWatch.Seen) {
        guard let body = record.value.flatMap({ try? JSONParser.parseObject($0) }) else { return }
        self.commands[seen.command] = true
        let at = body["completed_at"]?.stringValue.flatMap { UnixMilliseconds(parsing: $0) }
        let attempts = body.integer("attempts") ?? 0
        let calls = attempts == 0 ? "without asking the API" : "after \(attempts) request\(attempts == 1 ? "" : "s")"
        var details: [(String, String)] = [("answers", seen.command.description), ("attempts", "\(attempts)")]
        let text: String
        if let error = body["error"]?.objectValue {
            text = "it failed \(calls) with \(seen.code): \(error["message"]?.stringValue ?? "")"
            if let status = error.integer("http_status") { details.append(("http_status", "\(status)")) }
            for member in error["details"]?.objectValue?.members ?? [] {
                let value = member.value.stringValue ?? String(decoding: JSONWriter.encode(member.value), as: UTF8.self)
                details.append((member.name, value))
            }
        } else {
            text = "it succeeded \(calls): \(seen.code)"
            if let customer = body["customer"]?.objectValue?["id"]?.stringValue {
                details.append(("customer", customer))
            }
        }
        if (self.lastResult?.at?.value ?? .min) <= (at?.value ?? .min) {
            self.lastResult = (at, seen.succeeded, seen.code)
        }
        self.events.append(
            StoryEvent(
                at: at ?? record.timestamp.map { UnixMilliseconds($0) },
                kind: .result,
                position: RecordPosition(record),
                command: seen.command,
                text: text,
                details: details
            )
        )
    }

    mutating func deadLetter(_ letter: DeadLetter, isSentBack: Bool) {
        if !isSentBack { self.waitingLetters.append(letter.position) }
        let source = letter.source.flatMap { source in
            source.partition.flatMap { partition in
                source.offset.map { RecordPosition(topic: source.topic, partition: partition, offset: $0) }
            }
        }
        var details: [(String, String)] = []
        if let source { details.append(("of", source.description)) }
        if let group = letter.group { details.append(("given_up_by", group)) }
        details.append(("redrive_count", "\(letter.redriveCount)"))
        let kind = letter.kind ?? "an unknown error"
        self.events.append(
            StoryEvent(
                at: letter.failedAt,
                kind: .deadLetter,
                position: letter.position,
                command: source,
                text: "it became a dead letter (\(kind)); \(isSentBack ? "it has been sent back" : "it waits there")",
                details: details
            )
        )
    }

    mutating func remembered(_ entry: LedgerEntry) {
        self.isRemembered = true
        self.events.append(
            StoryEvent(
                at: entry.rememberedAt,
                kind: .remembered,
                position: nil,
                command: entry.position,
                text:
                    "the ledger remembers the customer (\(entry.outcome.rawValue)); later commands are answered from it",
                details: [
                    ("by_command", entry.commandID.text), ("fingerprint", entry.fingerprint.description),
                ]
            )
        )
    }

    // MARK: The end

    /// Puts everything in order and says how things stand.
    ///
    /// - Parameter progress: what the worker's group has committed, by partition of the command topic.
    mutating func conclude(_ progress: [TopicPartition: OffsetProgress]) {
        self.events.sort { left, right in
            (left.at?.value ?? .min, left.kind, left.position?.offset ?? 0)
                < (right.at?.value ?? .min, right.kind, right.position?.offset ?? 0)
        }
        for (position, isAnswered) in self.commands.sorted(by: { $0.key.description < $1.key.description })
        where !isAnswered {
            self.now.append(Self.standing(of: position, progress))
        }
        for letter in self.waitingLetters {
            self.now.append("the dead letter \(letter) waits: mend it or its cause, then «dlq redrive» sends it back")
        }
        if self.isRemembered {
            self.now.append("the customer exists, and a command with the same payload is answered «replayed»")
        } else if let lastResult, !lastResult.succeeded {
            self.now.append(
                "the last result is \(lastResult.code), and the ledger knows no customer: a new command runs"
            )
        }
        if self.events.isEmpty {
            self.now.append("nothing is known of it in what the topics still keep, and the ledger knows no customer")
        }
    }

    private static func standing(of position: RecordPosition, _ progress: [TopicPartition: OffsetProgress]) -> String {
        let partition = TopicPartition(topic: position.topic, partition: position.partition)
        guard let known = progress[partition] else {
            return
                "the command \(position) has no result here, and the worker's group has committed nothing of its partition"
        }
        let isDone = position.offset < known.offset || known.completed.runs.contains { $0.contains(position.offset) }
        if isDone {
            return
                "the command \(position) is done by the group's offsets; its result went to a reply topic or is no longer kept"
        }
        let ahead = position.offset - known.offset
        return ahead == 0
            ? "the command \(position) is the first in its partition that has no result: it runs, or waits for a retry or an intake"
            : "the command \(position) has no result yet; up to \(ahead) records before it in its partition are unfinished"
    }

    private static func ordinal(_ number: String) -> String {
        switch number {
        case "1": "first"
        case "2": "second"
        case "3": "third"
        default: "\(number)th"
        }
    }
}

extension RecordPosition {
    init(_ record: KafkaRecord) {
        self.init(topic: record.topicPartition.topic, partition: record.topicPartition.partition, offset: record.offset)
    }
}
