import CustomerContract
import Kafka
import Records
import Topics

@testable import CommandWorker

extension PartitionOffset {
    /// The partition, the offset and the completed runs.
    var described: String {
        let runs = self.offset.map { OffsetMetadata.decode(self.metadata, at: $0).runs } ?? []
        return "\(self.topicPartition)@\(self.offset.map(String.init) ?? "none")\(runs)"
    }
}

extension ConsumerEvent {
    /// The event without the bytes of its record.
    var described: String {
        if case .record(let record) = self { return "record \(record.topicPartition)/\(record.offset)" }
        return "\(self)"
    }
}

extension WorkerAction {
    /// The action without the bytes of its commands.
    var described: String {
        switch self {
        case .remember(let batch):
            "store \(batch.lookUps.count) look-ups, \(batch.creations.count + batch.entries.count) entries"
        case .request(let request): "request \(request.command.context.message.position) attempt \(request.attempt)"
        case .publish(let batch):
            "publish \(batch.results.map { "\($0.context.message.position)" }) \(batch.offsets.map(\.described))"
        case .assign(let offsets): "assign \(offsets.map(\.described))"
        case .report(let report): "report \(report)"
        case .reportLog(let report): "report \(report)"
        case .readCommitted, .release, .pause, .resume, .askNeutral: "\(self)"
        }
    }
}
