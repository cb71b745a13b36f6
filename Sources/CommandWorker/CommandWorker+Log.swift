import Kafka
import Logging

/// What the loop writes to its log for others: the core, and librdkafka.
extension CommandWorker {
    func log(_ report: RequestReport) {
        switch report {
        case .outcomeUnknown(let id, let customer, let reason):
            self.logger.notice(
                "Nobody knows whether a request was carried out; it is sent again",
                metadata: ["command_id": "\(id)", "external_id": "\(customer)", "reason": "\(reason)"]
            )
        case .duplicateAfterUnknown(let id, let customer):
            self.logger.warning(
                "Request without an answer had been carried out; check that the customer's onboarding was too",
                metadata: ["command_id": "\(id)", "external_id": "\(customer)"]
            )
        case .backendFails(let reason, let message):
            self.logger.error(
                "API fails for everybody; intake pauses until a probe succeeds",
                metadata: ["reason": "\(reason)", "error": "\(message ?? "no message")"]
            )
        case .backendIsWell(let time):
            self.logger.notice("API is well again; intake goes on", metadata: ["paused_for": "\(time)"])
        }
    }

    var kafkaLog: KafkaLogSink {
        { [logger] line in
            let level: Logger.Level =
                switch line.severity {
                case ...3: .error
                case 4: .warning
                case 5, 6: .info
                default: .debug
                }
            logger.log(
                level: level,
                "librdkafka",
                metadata: ["facility": "\(line.facility)", "text": "\(line.message)"]
            )
        }
    }
}
