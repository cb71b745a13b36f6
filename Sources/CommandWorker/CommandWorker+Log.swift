import Kafka
import Ledger
import Logging
import Synchronization
import WorkerLogging

/// What the loop writes to its log for others: the core, and librdkafka.
extension CommandWorker {
    func log(_ report: RequestReport) {
        switch report {
        case .outcomeUnknown(let id, let customer, let reason):
            self.logger.notice(
                "Request outcome unknown; retrying",
                metadata: ["command_id": "\(id)", "external_id": "\(customer)", "reason": "\(reason)"]
            )
        case .duplicateAfterUnknown(let id, let customer):
            self.logger.warning(
                "Request without an answer was carried out; check that the customer's onboarding was too",
                metadata: ["command_id": "\(id)", "external_id": "\(customer)"]
            )
        case .backendRefusesOne(let id, let customer, let reason, let message):
            self.logger.notice(
                "API refusing one command while others succeed; retrying it alone",
                metadata: [
                    "command_id": "\(id)", "external_id": "\(customer)", "reason": "\(reason)", "error": "\(message)",
                ]
            )
        case .backendFails(let reason, let message):
            self.logger.error(
                "API failing for all commands; intake paused until a probe succeeds, no command fails",
                metadata: ["reason": "\(reason)", "error": "\(message ?? "no message")"]
            )
        case .backendFailsOtherwise(let reason, let message):
            self.logger.error(
                "API failing for another reason; intake still paused until a probe succeeds",
                metadata: ["reason": "\(reason)", "error": "\(message ?? "no message")"]
            )
        case .backendAsksToWait(let wait):
            self.logger.warning(
                "API asked all callers to wait; requests held, HUP lifts the hold",
                metadata: ["wait": "\(wait.roundedText)"]
            )
        case .backendWaitIsLifted:
            self.logger.notice("Hold that the API asked for lifted early; requests resumed")
        case .backendIsWell(let time):
            self.logger.notice("API recovered; intake resumed", metadata: ["paused_for": "\(time.roundedText)"])
        }
    }

    func log(_ report: LogReport) {
        switch report {
        case .beganAnew(let partition, let known, let now):
            self.logger.warning(
                "Log began anew below what was read; nothing remembered of it is believed",
                metadata: [
                    "partition": "\(partition)", "known_offset": "\(known.map(String.init) ?? "none")",
                    "offset": "\(now.map(String.init) ?? "none")",
                ]
            )
        case .skipped(let partition, let offsets, let count):
            self.logger.error(
                "Records were deleted unread; their commands are lost",
                metadata: [
                    "partition": "\(partition)", "from_offset": "\(offsets.lowerBound)",
                    "to_offset": "\(offsets.upperBound)", "records_at_most": "\(count)",
                ]
            )
        case .unreadableMetadata(let partition, let offset):
            self.logger.warning(
                "Metadata of a committed offset unreadable; records beyond it run again, answered from the store",
                metadata: ["partition": "\(partition)", "offset": "\(offset)"]
            )
        case .metadataLimited(let bytes):
            self.logger.warning(
                "Brokers take less offset metadata; fewer commands may finish beyond an unfinished one",
                metadata: ["metadata_bytes_at_most": "\(bytes)", "see": "offset.metadata.max.bytes of the brokers"]
            )
        }
    }

    /// What came of a batch of results, as far as it is trouble or its end.
    func log(_ outcome: PublishOutcome, _ results: ResultLine) {
        switch outcome {
        case .published: break
        case .failed(let error, _), .notCommitted(let error):
            let isOfLetters = results.trouble == nil && results.letters.error == error
            self.troubles.tell(
                .warning,
                isOfLetters ? .letters(error) : .publishing(error),
                [LogKey.error: "\(error)"]
            )
        case .fenced(let error):
            self.logger.critical("Another instance took the transactional id", metadata: [LogKey.error: "\(error)"])
        }
        if case .published = outcome { self.troubles.end(.publishing) }
        if results.letters.error == nil { self.troubles.end(.letters) }
    }

    var kafkaLog: KafkaLogSink {
        { [logger, troubles, lossReason] line in
            // Of the embedded brokers alone: real ones have known this property since 0.11.
            if line.facility == "AUTOCREATE" { return }
            let facts: Logger.Metadata = ["facility": "\(line.facility)", "text": "\(line.message)"]
            if let trouble = line.trouble, !trouble.isVague {
                var facts: Logger.Metadata = ["broker": "\(trouble.address)", LogKey.error: "\(trouble.text)"]
                facts[LogKey.hint] = trouble.remedy.map { "\($0)" }
                troubles.tell(.warning, .connection(to: trouble.address), facts)
            }
            if line.endsMembership { lossReason.last.withLock { $0 = line.message } }
            let level: Logger.Level =
                switch line.severity {
                // Lines of the worker's own tell of it.
                case _ where line.isOfConnections || line.isOfTransactions || line.endsMembership: .debug
                case ...3: .error
                case 4: .warning
                case 5, 6: .info
                default: .debug
                }
            guard level > .debug else { return logger.debug("librdkafka", metadata: facts) }
            troubles.tell(level, .librdkafka(line), facts)
        }
    }
}

/// Why librdkafka gave up its membership last, for the line about the partitions that are lost by it.
final class LossReason: Sendable {
    let last = Mutex<String?>(nil)
}

extension KafkaLogLine {
    /// A connection that was closed, or the number of brokers that are down.
    fileprivate var isOfConnections: Bool {
        // A client that is not polled for errors has them logged as well: `… REASON (after 0ms in state CONNECT)`.
        self.facility == "FAIL"
            || self.facility == "ERROR"
                && (self.message.hasSuffix("brokers are down") || self.message.contains("ms in state "))
    }

    /// A transaction or the producer's id was refused: the call that needed it fails with the same sentence.
    fileprivate var isOfTransactions: Bool { ["ADDPARTS", "TXNERR", "GETPID"].contains(self.facility) }

    /// The client leaves the group by itself; an event about its partitions follows.
    fileprivate var endsMembership: Bool { ["SESSTMOUT", "MAXPOLL"].contains(self.facility) }
}

/// The troubles that a worker's log tells of, each with its end.
extension Trouble {
    static let ledger = Self("Ledger refused a batch; it is tried again", end: "the ledger takes batches")
    static let publishing = Self("Results were not published; they are tried again", end: "results are published")
    static let letters = Self(
        "Dead letters were not published; they are tried again, other results continue",
        end: "dead letters are published"
    )
    static let committedOffsets = Self(
        "Committed offsets could not be read; tried again",
        end: "committed offsets are read"
    )
    static let rebalanceAnswer = Self("Kafka refused an answer to a rebalance", end: "partitions are assigned")
    static let logs = Self("Logs could not be looked at; committed offsets believed", end: "logs are looked at")

    /// A server that is gone and one that is silent are two troubles, though they have one reason.
    static func ledger(_ error: LedgerError) -> Self { .ledger.of("\(error.reason) \(error.message.withoutDigits)") }
    static func publishing(_ error: KafkaError) -> Self { .publishing.of(error.kind) }
    static func letters(_ error: KafkaError) -> Self { .letters.of(error.kind) }
    static func committedOffsets(_ error: KafkaError) -> Self { .committedOffsets.of(error.name) }
    static func rebalanceAnswer(_ error: KafkaError) -> Self { .rebalanceAnswer.of(error.name) }
    static func report(_ error: KafkaError) -> Self { Self("Kafka reports an error", of: error.kind) }

    /// - Parameter broker: its address.
    static func connection(to broker: String) -> Self {
        Self("Connection to a Kafka broker failed; it is tried again", of: broker, end: "connected to the Kafka broker")
    }

    /// Ports, times and counts make no other trouble.
    static func librdkafka(_ line: KafkaLogLine) -> Self {
        Self("librdkafka", of: line.facility + line.message.withoutDigits)
    }
}

extension String {
    fileprivate var withoutDigits: String {
        String(decoding: self.utf8.filter { !(0x30...0x39).contains($0) }, as: UTF8.self)
    }
}

extension KafkaError {
    /// What tells troubles apart: the error's name and topic.
    fileprivate var kind: String { "\(self.name) \(self.topic ?? "")" }
}

extension Duration {
    /// Seconds with one digit after the point, as people read them.
    fileprivate var roundedText: String { "\((self.seconds * 10).rounded() / 10) s" }
}
