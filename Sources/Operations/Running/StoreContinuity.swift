import CommandWorker
import Foundation
package import Kafka
import Ledger
import Records
package import Settings

/// Refuses to begin with a new ledger beside a group that has read commands before: each external_id that it has
/// answered would count as new.
///
/// A ledger is new when there is no file, or no table; one that is empty because nothing succeeded yet, or because
/// everything was forgotten by `idempotency.retention`, has been there.
package struct StoreContinuity: Sendable {
    private let settings: Settings

    package init(_ settings: Settings) {
        self.settings = settings
    }

    /// Asks the brokers only if there is no ledger.
    ///
    /// - Throws: ``StartFailure`` 78 when the group has committed offsets, and no ledger is there.
    package func check(_ client: ClientProperties) async throws(StartFailure) {
        guard try await self.isNew(), let partition = try await self.committed(client) else { return }
        throw StartFailure(
            .configuration,
            "there is no store at \(self.settings.store), but the group \(self.settings.worker.group) has "
                + "read commands before (\(partition.topicPartition) up to \(partition.offset ?? 0)), "
                + "and nothing would be known of them: check store.url, put the store or a copy by 'ledger backup' in "
                + "its place, or begin with an empty one by 'run --accept-empty-ledger'"
        )
    }

    private func isNew() async throws(StartFailure) -> Bool {
        switch self.settings.store {
        case .sqlite(":memory:"): return false
        case .sqlite(let path):
            // A file that was only just made has all its pages in the write-ahead log.
            return [path, path + "-wal"].allSatisfy { name in
                let attributes = try? FileManager.default.attributesOfItem(atPath: name)
                return (attributes?[.size] as? UInt64 ?? 0) == 0
            }
        case .postgres(let uri):
            do throws(LedgerError) {
                return try await !PostgresLedger.probe(uri.reveal(), shownAs: self.settings.store.description)
            } catch {
                throw StartFailure(error)
            }
        }
    }

    /// A partition of the command topic of which the group has read something.
    private func committed(_ client: ClientProperties) async throws(StartFailure) -> PartitionOffset? {
        do throws(KafkaError) {
            let admin = try Admin(client, log: { _ in })
            let topic = self.settings.worker.commandTopic
            let count = try await admin.topics().first { $0.name == topic }?.partitionCount ?? 0
            let partitions = (0..<Int32(clamping: count)).map { TopicPartition(topic: topic, partition: $0) }
            return try await admin.offsets(of: self.settings.worker.group, for: partitions)
                .first { ($0.offset ?? 0) > 0 }
        } catch {
            throw StartFailure(error, brokers: client.brokers)
        }
    }
}
