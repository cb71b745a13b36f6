import CustomerContract
import Foundation
import Kafka
import Operations
import Redrive
import Settings

/// What the commands that read or write topics need of the settings.
struct ClusterSettings {
    let settings: Settings
    let client: ClientProperties

    /// Reads the settings, or ends the command.
    init(_ options: SettingsOptions) throws {
        self.settings = try options.load().settings
        self.client = try WorkerAssembly.clientProperties(self.settings.kafka)
    }

    /// The rules by which the worker of these settings judges commands.
    var rules: CommandRules {
        let reader = CommandReader(
            maximumBytes: self.settings.limits.maxCommandBytes.bytes,
            mode: self.settings.validation
        )
        return CommandRules(commandTopic: self.settings.kafka.topic, reader: reader)
    }

    /// The folder for what is written beside the ledger.
    var folder: String {
        switch self.settings.store {
        case .sqlite(let path): (path as NSString).deletingLastPathComponent
        case .postgres: "/var/lib/customer-worker"
        }
    }

    /// A file in that folder.
    func path(_ name: String) -> String { self.folder.isEmpty ? name : "\(self.folder)/\(name)" }

    /// The default of `--audit-log`.
    var auditPath: String { self.path("audit.jsonl") }
}
