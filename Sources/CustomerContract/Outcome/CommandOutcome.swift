/// How a created customer came to be.
public enum CreatedOutcome: String, Sendable, Hashable, CaseIterable {
    /// This command made it.
    case created
    /// An earlier command made it; the stored customer is sent again.
    case replayed
    /// Flexprice already had it, and it agrees with the command.
    case existing
    /// Flexprice already had it, it did not agree, and was changed to what the command has (`api.on_existing: update`).
    case updated
}

/// The final state of a command.
public enum CommandOutcome: Sendable, Hashable {
    /// The customer exists, and here it is.
    case created(CreatedOutcome, CustomerDocument)
    /// The command failed for good.
    case failed(CommandFailure)
}
