package import CustomerContract
package import Tracing

/// Makes customers somewhere else, one command a call.
///
/// Every call is answered once, and never by an error, since every way to fail means something for the command.
package protocol CustomerBackend: Sendable {
    /// Sends a command's request.
    ///
    /// - Parameters:
    ///   - attempt: from 1; a later one may find the customer that an earlier one made without saying so.
    ///   - patience: how long the request may take, if less than any may.
    ///   - remembered: the customer that an earlier command made; then this one's is made only if the backend has
    ///     archived that, and the answer is `unchanged` otherwise.
    ///   - context: of the span that the request belongs to.
    ///   - completion: called once, from any thread; it returns at once.
    func create(
        _ command: CreateCustomerCommand,
        attempt: Int,
        patience: Duration?,
        remembered: CustomerDocument?,
        context: ServiceContext,
        then completion: @escaping @Sendable (FirstAnswer) -> Void
    )

    /// Sends a request that has nothing to do with any command, and changes nothing: it tells a backend that fails from
    /// a command that fails.
    func neutral() async -> NeutralAnswer
}

/// What came of a request that has nothing to do with any command.
package enum NeutralAnswer: Sendable, Hashable {
    /// The backend is there, and served it.
    case answered
    /// It did not; the reason is a bounded word, fit for a metric label.
    case failed(reason: String)
}

/// What the answer to a command's first request leads to.
package enum FirstAnswer: Sendable {
    /// It says all there is to know.
    case settled(BackendReply)
    /// More requests have to find out what it means. Cancellation of the task is for the hard stop only: a request that
    /// is cut off leaves the customer in doubt.
    case open(@Sendable () async -> BackendReply)
}

extension CustomerBackend {
    /// Sends a command's request, and those that find out what its answer means.
    package func create(
        _ command: CreateCustomerCommand,
        attempt: Int,
        patience: Duration?,
        remembered: CustomerDocument? = nil,
        context: ServiceContext = .topLevel
    ) async -> BackendReply {
        let first = await withCheckedContinuation { continuation in
            self.create(
                command,
                attempt: attempt,
                patience: patience,
                remembered: remembered,
                context: context
            ) {
                continuation.resume(returning: $0)
            }
        }
        return switch first {
        case .settled(let reply): reply
        case .open(let settle): await settle()
        }
    }
}

/// What came of a command at the backend, and what it cost.
package struct BackendReply: Sendable {
    /// What it means.
    package let answer: BackendAnswer
    /// Requests that were sent for it, lookups and updates among them.
    package let requests: Int

    /// An answer, and the number of requests that it took.
    package init(_ answer: BackendAnswer, requests: Int = 1) {
        self.answer = answer
        self.requests = requests
    }
}
