import CustomerContract
import Kafka
import Records
import Topics

@testable import CommandWorker

enum LineSamples {
    /// Bytes of metadata that hold a fingerprint and one run of a single offset behind a single unfinished one.
    static let roomForOneRun = 23
}

/// What the tests of a single line need of the others: commands as the log gives them, and partitions that are held.
extension InFlightCommand {
    /// A command as it comes from the log; without an id its record holds none, and is refused.
    static func logged(_ offset: Int64, id: String?, isValid: Bool = true, assignment: Int = 0) -> InFlightCommand {
        let record =
            id.map { CoreDriver.record(offset, id: $0, isValid: isValid) }
            ?? KafkaRecord(position: RecordPosition(CoreDriver.partition, offset: offset), value: Array("{}".utf8))
        return InFlightCommand(
            decoded: CommandReader().read(record),
            assignment: AssignmentID(value: assignment),
            number: Int(offset),
            size: 10
        )
    }
}

extension Partitions {
    /// Holds partitions of which nothing is committed; the first one's assignment has the value 0.
    static func holding(
        _ partitions: [TopicPartition] = [CoreDriver.partition],
        metadataLimit: Int = OffsetMetadata.limit,
        spillsSets: Bool = false
    ) -> Partitions {
        var held = Partitions(
            metadataLimit: metadataLimit,
            spillsSets: spillsSets,
            revocationBudget: .seconds(10),
            retryWait: .seconds(1)
        )
        held.await(partitions)
        _ = held.take(partitions.map { PartitionOffset($0, offset: nil) })
        return held
    }
}

extension Lanes.Start {
    /// The ticket of the command that may start.
    var ticket: CommandTicket {
        switch self {
        case .refused(let ticket, _), .remembered(let ticket, _, _), .unknown(let ticket, _): ticket
        }
    }
}

extension Lanes {
    /// Starts everything that may start; the tickets, in that order.
    mutating func startAll() -> [CommandTicket] {
        var started: [CommandTicket] = []
        while let start = self.next() { started.append(start.ticket) }
        return started
    }

    /// The offset of a command that has not left.
    func offset(_ ticket: CommandTicket) -> Int64? { self[ticket]?.context.message.position.offset }

    /// The offsets of the commands that are in flight, in log order.
    var offsets: [Int64] { self.commands.map(\.command.context.message.position.offset).sorted() }
}

extension Partitions {
    /// Reads a record of which only the offset matters.
    mutating func accept(_ offset: Int64, of partition: TopicPartition) -> Acceptance {
        self.accept(CoreDriver.record(offset, id: "id-\(offset)", of: partition))
    }

    /// Takes partitions of whose logs nothing is known but what the group has committed.
    mutating func take(_ offsets: [PartitionOffset]) -> [PartitionOffset] {
        self.take(offsets.map { CommittedPosition(committed: $0) })
    }
}
