package import CustomerContract
import JSON
import Kafka
import Ledger
import Records
import Topics

/// What the topics and the ledger hold about one customer or one command, in order, and what follows from it.
package struct Story: Sendable {
    /// The customer; `nil` when only a record is known.
    package let externalID: ExternalID?
    /// What the name that was asked for is, where it is not the external_id.
    package internal(set) var foundBy: Name?
    package private(set) var events: [StoryEvent] = []
    /// The state of what is open now, and what it waits for.
    package private(set) var now: [String] = []

    /// Commands that were seen, and whether each has a result.
    private var commands: [RecordPosition: Bool] = [:]
    private(set) var waitingLetters: [WaitingLetter] = []
    private(set) var isRemembered = false
    private(set) var lastResult: (at: UnixMilliseconds?, succeeded: Bool, code: String)?
    /// What is known of the commands without a result, the first one first: whether the group is done with it, and a
    /// sentence.
    private(set) var unanswered: [(isDone: Bool, text: String)] = []

    /// A name by which a customer is found, other than its external_id.
    package enum Name: String, Sendable, Hashable {
        /// The id of one of its commands.
        case command = "command_id"
        /// Its id in Flexprice.
        case customer = "customer_id"

        package var text: String {
            switch self {
            case .command: "command id"
            case .customer: "customer id"
            }
        }
    }

    /// A dead letter that was not sent back.
    struct WaitingLetter: Sendable {
        let position: RecordPosition
        let kind: String?
        /// What a redrive would do with it.
        let verdict: ReturnRoute.Verdict
    }

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
        var brief = "put on the topic"
        if let from = headers.filledText(DeadLetter.redrivenFrom) {
            let lap = headers.filledText(DeadLetterHeader.redriveCount.name) ?? "?"
            text = "the command was sent back from the dead letter \(from), for the \(Self.ordinal(lap)) time"
            brief = "sent back from \(from), lap \(lap)"
        }
        if let id = headers.filledText(.ceID) { details.append(("command_id", id)) }
        details.append(("bytes", "\(record.valueBytes?.count ?? 0)"))
        self.add(.command, at: record.timestamp, position, of: position, text, brief, details)
    }

    mutating func result(_ event: ResultEvent, of command: RecordPosition) {
        self.commands[command] = true
        let attempts = event.attempts ?? 0
        let calls = attempts == 0 ? "without asking the API" : "after \(attempts) request\(attempts == 1 ? "" : "s")"
        var details: [(String, String)] = [("answers", command.description), ("attempts", "\(attempts)")]
        let text: String
        let brief: String
        var outline: String?
        var quotes: [(String, String)] = []
        if event.isCreated {
            text = "it succeeded \(calls): \(event.code)"
            brief = "\(event.code) \(calls)"
            if let customer = event.customerID { details.append(("customer", customer)) }
        } else {
            text = "it failed \(calls) with \(event.code): \(event.message ?? "")"
            brief = "\(event.code): \(event.message ?? "no message")"
            outline = "it failed \(calls) with \(event.code)"
            if let status = event.httpStatus { details.append(("http_status", "\(status)")) }
            for member in event.details?.members ?? [] {
                let value = member.value.stringValue ?? String(decoding: JSONWriter.encode(member.value), as: UTF8.self)
                quotes.append((member.name, value))
            }
        }
        let at = event.completedAt
        if (self.lastResult?.at?.value ?? .min) <= (at?.value ?? .min) {
            self.lastResult = (at, event.isCreated, event.code)
        }
        let time = at ?? event.timestamp
        self.add(.result, at: time, event.position, of: command, text, brief, details, outline: outline, quotes)
    }

    mutating func deadLetter(_ letter: DeadLetter, _ mark: LetterMark, _ verdict: ReturnRoute.Verdict) {
        if mark == .waiting {
            self.waitingLetters.append(.init(position: letter.position, kind: letter.kind, verdict: verdict))
        }
        var source: RecordPosition?
        if let of = letter.source, let partition = of.partition, let offset = of.offset {
            source = RecordPosition(topic: of.topic, partition: partition, offset: offset)
        }
        var details: [(String, String)] = []
        if let source { details.append(("of", source.description)) }
        if let group = letter.group { details.append(("given_up_by", group)) }
        details.append(("redrive_count", "\(letter.redriveCount)"))
        let kind = letter.kind ?? "an unknown error"
        let (sentence, word) =
            switch mark {
            case .waiting: ("it waits there", "waits")
            case .redriven: ("it has been sent back", "sent back")
            case .dismissed: ("it has been dismissed", "dismissed")
            }
        let text = "it became a dead letter (\(kind)); \(sentence)"
        let brief = "\(kind); \(word)"
        self.add(.deadLetter, at: letter.failedAt, letter.position, of: source, text, brief, details)
    }

    mutating func remembered(_ entry: LedgerEntry) {
        self.isRemembered = true
        let outcome = entry.outcome.rawValue
        let text = "the ledger remembers the customer (\(outcome)); later commands are answered from it"
        let details = [("by_command", entry.commandID.text), ("fingerprint", entry.fingerprint.description)]
        let brief = "remembers the customer (\(outcome))"
        self.add(.remembered, at: entry.rememberedAt, nil, of: entry.position, text, brief, details)
    }

    private mutating func add(
        _ kind: StoryEvent.Kind,
        at time: UnixMilliseconds?,
        _ position: RecordPosition?,
        of command: RecordPosition?,
        _ text: String,
        _ brief: String,
        _ facts: [(String, String)],
        outline: String? = nil,
        _ quotes: [(String, String)] = []
    ) {
        self.events.append(
            StoryEvent(
                at: time,
                kind: kind,
                position: position,
                command: command,
                text: text,
                brief: brief,
                outline: outline ?? text,
                facts: facts,
                quotes: quotes
            )
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
        let open = self.commands.filter { !$0.value }.keys
        self.unanswered = open.sorted { ($0.topicPartition, $0.offset) < ($1.topicPartition, $1.offset) }
            .map { Self.state(of: $0, progress) }
        self.now += self.unanswered.map(\.text)
        for letter in self.waitingLetters {
            self.now.append(
                "the dead letter \(letter.position) waits: fix it or its cause, then «dlq redrive» sends it back"
            )
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

    private static func state(
        of position: RecordPosition,
        _ progress: [TopicPartition: OffsetProgress]
    ) -> (isDone: Bool, text: String) {
        guard let known = progress[position.topicPartition] else {
            let text = "has no result here, and the worker's group has committed nothing of its partition"
            return (false, "the command \(position) \(text)")
        }
        if position.offset < known.offset || known.completed.runs.contains(where: { $0.contains(position.offset) }) {
            let text = "is done by the group's offsets; its result went to a reply topic or is no longer kept"
            return (true, "the command \(position) \(text)")
        }
        let ahead = position.offset.boundedDifference(known.offset)
        let text =
            ahead == 0
            ? "is the first in its partition that has no result: it runs, or waits for a retry or an intake"
            : "has no result yet; up to \(ahead) records before it in its partition are unfinished"
        return (false, "the command \(position) \(text)")
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
