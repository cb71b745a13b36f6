import CustomerContract
import Kafka

/// A result that waits to be published.
struct PendingResult: Sendable {
    let ticket: CommandTicket
    let assignment: AssignmentID
    /// The tracker's number of its record.
    let number: Int
    let result: CommandResult
}

/// The batch that is being published, or that waits for its next attempt.
///
/// Its records are complete in their trackers already: so it stays together until it is out, or its partitions are gone.
struct PublishingBatch: Sendable {
    let results: [PendingResult]
    /// The progress that it commits.
    let progress: [AssignmentID: OffsetProgress]
}
