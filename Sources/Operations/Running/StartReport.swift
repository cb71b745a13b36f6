import CommandWorker
import Kafka
import Ledger
package import Logging
package import Settings
import WorkerLogging

/// The first line of a run: what starts, and with what.
///
/// Written before anything connects, so that a run which does not come far says it too.
package struct StartReport: Sendable {
    private let settings: Settings

    /// A report about a run with these settings.
    package init(_ settings: Settings) {
        self.settings = settings
    }

    /// Versions of the program and of the libraries that it has loaded, and where its work is done; no secret.
    package var facts: Logger.Metadata {
        let kafka = self.settings.kafka
        var facts: Logger.Metadata = [
            "version": "\(BuildInfo.version)",
            "librdkafka": "\(ClientProperties.libraryVersion)",
            "sqlite": "\(SQLiteLedger.libraryVersion)",
            "brokers": "\(kafka.bootstrapServers)",
            "group": "\(kafka.consumerGroup)",
            "topic": "\(kafka.topic)",
            "topic_results": "\(kafka.resultsTopic)",
            "topic_dlq": "\(kafka.deadLetterTopic)",
            "backend": "\(self.settings.backend.rawValue)",
            "store": "\(self.settings.store)",
            "guarantee": "\(self.settings.delivery.guarantee.rawValue)",
        ]
        if self.settings.backend == .flexprice, let host = self.settings.api.host { facts["api"] = "\(host)" }
        return facts
    }

    /// Writes the line.
    package func log(to logger: Logger) { logger.notice("Starting", metadata: self.facts) }
}
