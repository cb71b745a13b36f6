import Kafka
import Records
import Topics

@testable import CommandWorker
@testable import CustomerContract

/// Ways to break the worker on purpose, to see that the simulation notices each.
enum Sabotage: String, CaseIterable, Sendable {
    /// Commits the last offset seen + 1, as a consumer with automatic commits would.
    case commitsWhatWasSeen
    /// Commits the position alone, without the completed set.
    case forgetsCompletedSet
    /// Leaves out what stands last in the completed set, as though there were no room for it.
    case forgetsLastRun
    /// Runs commands of one external_id side by side.
    case hasNoLanes
    /// Publishes a result twice.
    case publishesTwice
    /// Loses one result now and then.
    case dropsResults
    /// Publishes results of a batch in the wrong order.
    case reversesResults
    /// Publishes results and commits offsets in two transactions.
    case splitsTransaction
    /// Keeps a completed set in the place of the one that the committed offset names.
    case keepsOneSet
    /// Remembers no success.
    case forgetsSuccesses
    /// Shows the brokers who it is when the transaction ends, and not when the batch is made.
    case asksLateWhoItIs
    /// Takes a partition and starts at the log's beginning.
    case ignoresCommittedOffsets
    /// Probes with one command again and again, whatever it is that fails.
    case probesOneID
    /// Takes the backend for well without asking, so that a shared failure is held against a command.
    case believesInHealth
    /// Judges refusals although all commands get them.
    case judgesAlikeRefusals
    /// Lets a wait that the API asked for count as the command's own time.
    case countsHolds

    /// Ways that show where everything is wrong at once; the others need a world with one fault.
    static let general: [Sabotage] = [
        .commitsWhatWasSeen, .forgetsCompletedSet, .forgetsLastRun, .hasNoLanes, .publishesTwice, .dropsResults,
        .reversesResults, .splitsTransaction, .forgetsSuccesses, .asksLateWhoItIs, .ignoresCommittedOffsets,
    ]

    /// The command with a lane of its own.
    func lane(of decoded: DecodedCommand) -> DecodedCommand {
        guard self == .hasNoLanes, case .command(let command) = decoded else { return decoded }
        return .command(
            CreateCustomerCommand(
                CreateCustomerCommand.Parts(
                    command.context.message,
                    command.context.id,
                    command.externalID,
                    .tree(command.fields),
                    unknownFields: command.unknownFields,
                    lane: ExternalID("\(command.context.message.position)")
                )
            )
        )
    }

    /// What the core hears of an answer.
    func answer(_ answer: BackendAnswer) -> BackendAnswer {
        switch (self, answer) {
        case (.judgesAlikeRefusals, .failed(let failure, _)):
            .failed(failure)
        case (.countsHolds, .transient(let failure)):
            .transient(
                PassingFailure(reason: failure.reason, failure: failure.failure, isInDoubt: failure.isInDoubt)
            )
        default: answer
        }
    }

    func results(_ results: [CommandResult], chance: (Double) -> Bool) -> [CommandResult] {
        switch self {
        case .publishesTwice: results.flatMap { chance(0.1) ? [$0, $0] : [$0] }
        case .dropsResults: results.filter { _ in !chance(0.1) }
        case .reversesResults: results.reversed()
        default: results
        }
    }

    func offsets(_ offsets: [PartitionOffset], seen: (TopicPartition) -> Int64?) -> [PartitionOffset] {
        switch self {
        case .commitsWhatWasSeen:
            offsets.map { PartitionOffset($0.topicPartition, offset: seen($0.topicPartition) ?? $0.offset) }
        case .forgetsCompletedSet: offsets.map { PartitionOffset($0.topicPartition, offset: $0.offset) }
        case .forgetsLastRun:
            offsets.map { entry in
                guard let offset = entry.offset else { return entry }
                let progress = OffsetMetadata.progress(entry.metadata, at: offset)
                let rest = OffsetProgress(
                    offset: offset,
                    completed: CompletedOffsets(runs: progress.completed.runs.dropLast()),
                    fingerprint: progress.fingerprint
                )
                return PartitionOffset(
                    entry.topicPartition,
                    offset: offset,
                    metadata: OffsetMetadata.encode(rest, limit: entry.metadata.count)
                )
            }
        default: offsets
        }
    }
}
