import CustomerContract

/// Something that the core's owner should tell people, since it is rare and matters.
enum WorkerReport: Sendable {
    /// A request may have been carried out, and nobody knows.
    case outcomeUnknown(CommandID, ExternalID, reason: String)
    /// After a request whose outcome was unknown the customer was there: it had been carried out. What Flexprice does after
    /// making a customer may have been cut off with it.
    case duplicateAfterUnknown(CommandID, ExternalID)
    /// Requests and intake are stopped, since everybody's would fail.
    case backendFails(reason: String, message: String?)
    /// Requests and intake go on.
    case backendIsWell(after: Duration)
}
