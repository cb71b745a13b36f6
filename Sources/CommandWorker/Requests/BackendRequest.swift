import CustomerContract

/// One request to the backend.
struct BackendRequest: Sendable {
    let ticket: CommandTicket
    let command: CreateCustomerCommand
    /// The customer that is remembered of its id: it is made again only if the backend has archived this one.
    let remembered: CustomerDocument?
    /// From 1.
    let attempt: Int
    /// Whether the requests of all others wait for what comes of this one.
    let isProbe: Bool
    /// How long it may take, if less than any may.
    let patience: Duration?
}

/// Something about the backend that people should be told, since it is rare and matters.
enum RequestReport: Sendable {
    /// A request has no answer that tells whether it was carried out.
    case outcomeUnknown(CommandID, ExternalID, reason: String)
    /// After a request whose outcome was unknown the customer was there: it had been carried out. What Flexprice does
    /// after making a customer may have been cut off with it.
    case duplicateAfterUnknown(CommandID, ExternalID)
    /// A command met what would be a failure of all, while others succeed: it is tried again by itself.
    case backendRefusesOne(CommandID, ExternalID, reason: String, message: String)
    /// Requests and intake are stopped, since all would fail.
    case backendFails(reason: String, message: String?)
    /// Requests are stopped still, for another reason.
    case backendFailsOtherwise(reason: String, message: String?)
    /// The backend asked all callers to wait.
    case backendAsksToWait(Duration)
    /// That wait is over before its time.
    case backendWaitIsLifted
    /// Requests and intake continue.
    case backendIsWell(after: Duration)
}
