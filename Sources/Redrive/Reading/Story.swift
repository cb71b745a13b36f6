package import CustomerContract
import JSON
import Kafka
import Ledger
package import Records
import Topics

/// What the topics and the ledger hold about one customer or one command, in order, and what follows from it.
package struct Story: Sendable {
    /// The customer; `nil` when only a record is known.
    package let externalID: ExternalID?
    /// What happened, in order.
    package private(set) var events: [StoryEvent] = []
    /// The state of what is open now, and what it waits for.
    package private(set) var now: [String] = []

    /// Commands that were seen, and whether each has a result.
    private var commands: [RecordPosition: Bool] = [:]
    private var waitingLetters: [RecordPosition] = []
    private var isRemembered = false
    private var lastResult: (at: UnixMilliseconds?, succeeded: Bool, code: String)?

    init(externalID: ExternalID?) {
        self.externalID = externalID
    }

    // MARK: What is read

    mutating func command(_ record: KafkaRecord) {
        let position = record.position
        self.commands[position] = self.commands[position] ?? false
        let headers = record.headers
        var text = "the command was put on the topic"
        var details: [(String, String)] = []
        if let from = headers.filledText(DeadLetter.redrivenFrom) {
            let lap = headers.filledText(DeadLetterHeader.redriveCount.name) ?? "?"
            text = "the command was sent back from the dead letter \(from), for the \(Self.ordinal(lap)) time"
        }
        if let id = headers.filledText(.ceID) { details.append(("command_id", id)) }
        details.append(("bytes", "\(record.value?.count ?? 0)"))
        self.add(.command, at: record.timestamp, position, of: position, text, details)
    }

    mutating func result(_ event: ResultEvent, of command: RecordPosition) {
        self.commands[command] = true
        let attempts = event.attempts ?? 0
        let calls = attempts == 0 ? "without asking the API" : "after \(attempts) request\(attempts == 1 ? "" : "s")"
        var details: [(String, String)] = [("answers", command.description), ("attempts", "\(attempts)")]
        let text: String
        if event.isCreated {
            text = "it succeeded \(calls): \(event.code)"
            if let customer = event.customerID { details.append(("customer", customer)) }
        } else {
            text = "it failed \(calls) with \(event.code): \(event.message ?? "")"
            if let status = event.httpStatus { details.append(("http_status", "\(status)")) }
            for member in event.details?.members ?? [] {
                let value = member.value.stringValue ?? String(decoding: JSONWriter.encode(member.value), as: UTF8.self)
                details.append((member.name, value))
            }
        }
        let at = event.completedAt
        if (self.lastResult?.at?.value ?? .min) <= (at?.value ?? .min) {
            self.lastResult = (at, event.isCreated, event.code)
        }
        self.add(.result, at: at ?? event.timestamp, event.position, of: command, text, details)
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
        let text = "it became a dead letter (\(kind)); \(isSentBack ? "it has been sent back" : "it waits there")"
        self.add(.deadLetter, at: letter.failedAt, letter.position, of: source, text, details)
    }

    mutating func remembered(_ entry: LedgerEntry) {
        self.isRemembered = true
        let outcome = entry.outcome.rawValue
        let text = "the ledger remembers the customer (\(outcome)); later commands are answered from it"
        let details = [("by_command", entry.commandID.text), ("fingerprint", entry.fingerprint.description)]
        self.add(.remembered, at: entry.rememberedAt, nil, of: entry.position, text, details)
    }

    private mutating func add(
        _ kind: StoryEvent.Kind,
        at time: UnixMilliseconds?,
        _ position: RecordPosition?,
        of command: RecordPosition?,
        _ text: String,
        _ details: [(String, String)]
    ) {
        self.events.append(
            StoryEvent(at: time, kind: kind, position: position, command: command, text: text, details: details)
        )
    }

    // MARK: The end

    /// Sorts the events, and says what is open now.
    ///
    /// - Parameter progress: The committed offsets of the worker's group, by partition of the command topic.
    mutating func conclude(_ progress: [TopicPartition: OffsetProgress]) {
        self.events.sort { left, right in
            (left.at?.value ?? .min, left.kind, left.position?.offset ?? 0)
                < (right.at?.value ?? .min, right.kind, right.position?.offset ?? 0)
        }
        for (position, isAnswered) in self.commands.sorted(by: { $0.key.description < $1.key.description })
        where !isAnswered {
            self.now.append(Self.state(of: position, progress))
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

    private static func state(of position: RecordPosition, _ progress: [TopicPartition: OffsetProgress]) -> String {
        let partition = TopicPartition(topic: position.topic, partition: position.partition)
        guard let known = progress[partition] else {
            return
                "the command \(position) has no result here, and the worker's group has committed nothing of its "
                + "partition"
        }
        let isDone = position.offset < known.offset || known.completed.runs.contains { $0.contains(position.offset) }
        if isDone {
            return
                "the command \(position) is done by the group's offsets; its result went to a reply topic or is no "
                + "longer kept"
        }
        let ahead = position.offset.boundedDifference(known.offset)
        return ahead == 0
            ? "the command \(position) is the first in its partition that has no result: it runs, "
                + "or waits for a retry or an intake"
            : "the command \(position) has no result yet; up to \(ahead) records before it in its partition are "
                + "unfinished"
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

/// One event in the life of a customer's commands, from a topic or the ledger.
package struct StoryEvent: Sendable {
    /// The kinds, in the order of events at one moment.
    package enum Kind: Int, Sendable, Hashable, Comparable {
        /// A command was put on its topic.
        case command
        /// The worker published a result.
        case result
        /// The ledger remembers a success.
        case remembered
        /// The command became a dead letter.
        case deadLetter

        /// Whether it comes first at one moment.
        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }

        /// A name for programs and people.
        package var name: String {
            switch self {
            case .command: "command"
            case .result: "result"
            case .remembered: "remembered"
            case .deadLetter: "dead_letter"
            }
        }
    }

    /// Its time; `nil` when it is unknown.
    package let at: UnixMilliseconds?
    /// Its kind.
    package let kind: Kind
    /// Its record; `nil` for the ledger.
    package let position: RecordPosition?
    /// The record of its command.
    package let command: RecordPosition?
    /// What happened, in one sentence.
    package let text: String
    /// More facts for an operator, by name.
    package let details: [(name: String, value: String)]
}
