import ArgumentParser
import Foundation
import Kafka
import Operations
import Redrive

/// What the commands about dead letters need of the settings.
struct DeadLetterSettings {
    let settings: Settings
    let client: ClientProperties

    /// Reads the settings, or ends the command.
    init(_ options: SettingsOptions) throws {
        self.settings = try options.load().settings
        do {
            self.client = try WorkerAssembly.clientProperties(self.settings.kafka)
        } catch {
            throw error.exit()
        }
    }

    /// The folder for what is written beside the store.
    var folder: String {
        switch self.settings.store.url {
        case .sqlite(let path): (path as NSString).deletingLastPathComponent
        case .postgres: "/var/lib/customer-worker"
        }
    }

    /// A file in that folder.
    func path(_ name: String) -> String { self.folder.isEmpty ? name : "\(self.folder)/\(name)" }

    /// The default of `--audit-log`.
    var auditPath: String { self.path("audit.jsonl") }
}

/// Runs what reads or writes the cluster, and turns what it throws into a sentence and an exit code.
func reportingFailures<R>(_ body: () async throws -> R) async throws -> R {
    do {
        return try await body()
    } catch let error as RedriveRefusal {
        StandardError.write("customer-worker: \(error)")
        if case .file = error { throw ExitStatus.notPermitted.exit }
        throw ExitStatus.failure.exit
    } catch let error as KafkaError {
        StandardError.write("customer-worker: the brokers refused, or do not answer (\(error)); check kafka.brokers")
        throw ExitStatus.unavailable.exit
    } catch let error as TopicSnapshot.Missing {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.unavailable.exit
    } catch let error as TopicReader.Stalled {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.unavailable.exit
    } catch let error as LineFile.Failure {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.notPermitted.exit
    }
}
