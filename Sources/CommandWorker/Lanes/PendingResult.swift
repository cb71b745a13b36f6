import CustomerContract

/// The result of a command that has ended, until it is out.
struct PendingResult: Sendable {
    let ticket: CommandTicket
    let assignment: AssignmentID
    /// The tracker's number of its record.
    let number: Int
    let result: CommandResult
}
