import Kafka
import Logging

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

    var kafkaLog: KafkaLogSink {
        { [logger, repeated] line in
            // Of the embedded brokers alone: real ones have known this property since 0.11.
            if line.facility == "AUTOCREATE" { return }
            let level: Logger.Level =
                switch line.severity {
                case ...3: .error
                case 4: .warning
                case 5, 6: .info
                default: .debug
                }
            let facts: Logger.Metadata = ["facility": "\(line.facility)", "text": "\(line.message)"]
            guard level > .debug else { return logger.debug("librdkafka", metadata: facts) }
            // Ports, times and counts make no other kind.
            let kind = String(decoding: line.message.utf8.filter { !(0x30...0x39).contains($0) }, as: UTF8.self)
            repeated.log(level, "librdkafka", of: line.facility + kind, metadata: facts)
        }
    }
}

extension Duration {
    /// Seconds with one digit after the point, as people read them.
    fileprivate var roundedText: String { "\((self.seconds * 10).rounded() / 10) s" }
}
