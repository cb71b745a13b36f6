import CustomerContract

/// The result of a command that has ended, until it is out.
struct PendingResult: Sendable {
    let ticket: CommandTicket
    let assignment: AssignmentID
    /// The tracker's number of its record.
    let number: Int
    /// Bytes of its record.
    let size: Int
    let result: CommandResult

    /// Whether a dead letter goes with it.
    var isFailure: Bool { if case .failed = self.result.outcome { true } else { false } }

    /// About the bytes of its records.
    var byteCount: Int {
        switch self.result.outcome {
        case .created(_, let customer): customer.json.count + Self.rest
        // The letter holds the command.
        case .failed: self.size + Self.rest
        }
    }

    /// What a result holds besides, mostly.
    private static let rest = 1_024
}
