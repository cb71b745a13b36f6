public import CustomerContract

/// Makes customers somewhere else, one command a call.
///
/// A call returns when the command has an answer, or when it cannot have one any more; it never throws, since every way to
/// fail means something for the command. Cancellation of the task is for the hard stop only: a request that is cut off
/// leaves the customer in doubt.
public protocol CustomerBackend: Sendable {
    /// Sends a command's request, and those that find out what its answer means.
    ///
    /// - Parameters:
    ///   - attempt: from 1; a later one may find the customer that an earlier one made without saying so.
    ///   - patience: how long the request may take, if less than any may.
    func create(_ command: CreateCustomerCommand, attempt: Int, patience: Duration?) async -> BackendReply
}

/// What came of a command at the backend, and what it cost.
public struct BackendReply: Sendable {
    /// What it means.
    public let answer: BackendAnswer
    /// Requests that were sent for it, look-ups and updates among them.
    public let requests: Int

    /// An answer, and the number of requests that it took.
    public init(_ answer: BackendAnswer, requests: Int = 1) {
        self.answer = answer
        self.requests = requests
    }
}
