public import CustomerContract

/// Makes customers somewhere else, one request a call.
///
/// A call returns when the request has an answer, or when it cannot have one any more; it never throws, since every way to
/// fail means something for the command. Cancellation of the task is for the hard stop only: a request that is cut off
/// leaves the customer in doubt.
public protocol CustomerBackend: Sendable {
    /// Sends one request for a command.
    ///
    /// - Parameter attempt: from 1; a later one may find the customer that an earlier one made without saying so.
    func create(_ command: CreateCustomerCommand, attempt: Int) async -> BackendAnswer
}

/// What an answer of the backend means: a closed set.
public enum BackendAnswer: Sendable {
    /// The customer is there: made by this request, or there already and in agreement with the command.
    case created(CreatedOutcome, CustomerDocument)
    /// The backend refused this command for good.
    case failed(CommandFailure)
    /// A failure that passes. `reason` is bounded, fit for a metric label; `failure` is what the command ends with when
    /// time runs out; `after` is how long the backend asked to wait.
    case transient(reason: String, failure: CommandFailure, after: Duration?)
    /// A failure that every command would meet now, whatever it holds: a wrong key, a wrong address.
    case systemic(reason: String, message: String)
}
