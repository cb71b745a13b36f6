import CommandWorker
import Foundation
package import Kafka
package import Redrive
package import Settings

/// What an operator's reading or writing of topics needs of the settings.
package struct ClusterSettings: Sendable {
    package let settings: Settings
    package let client: ClientProperties

    /// - Throws: ``StartFailure`` 78 with every property that librdkafka does not know or take.
    package init(_ settings: Settings) throws(StartFailure) {
        self.settings = settings
        self.client = try WorkerAssembly.clientProperties(settings.kafka)
    }

    /// The rules by which the worker of these settings judges commands.
    package var rules: CommandRules {
        CommandRules(commandTopic: self.settings.worker.commandTopic, reader: self.settings.worker.reader)
    }

    /// The folder for what is written beside the ledger.
    private var folder: String {
        switch self.settings.store {
        case .sqlite(let path): (path as NSString).deletingLastPathComponent
        case .postgres: "/var/lib/customer-worker"
        }
    }

    /// A file in that folder.
    package func path(_ name: String) -> String { self.folder.isEmpty ? name : "\(self.folder)/\(name)" }

    /// The default of `--audit-log`.
    package var auditPath: String { self.path("audit.jsonl") }

    /// `console.history`, or its default.
    package var historyPath: String { self.settings.console.history ?? self.path("console.sqlite") }

    /// The default of `--originals`.
    package var originalsPath: String { self.path("redrive-originals.jsonl") }
}
