import CustomerContract

/// A command between its record's arrival and its published result.
struct InFlightCommand: Sendable {
    let decoded: DecodedCommand
    /// Where its completion is to be told; the assignment may be gone by then.
    let assignment: AssignmentID
    /// The tracker's number of its record.
    let number: Int
    /// Bytes of its record, for the bound on what is in flight.
    let size: Int
    var stage = CommandStage.waitingInLane
    /// Attempts so far, each of one request and those that find out what its answer means.
    var attempts = 0
    /// Requests beyond the first of each attempt: lookups and updates.
    var followingRequests = 0
    /// When the last request went.
    var sentAt: Duration = .zero
    /// The era in which it went; see ``RequestLine``.
    var slotEra = 0
    /// A request of it may have been carried out without an answer.
    var isInDoubt = false
    /// An attempt of it failed in a way that may be its own.
    var hasFailed = false
    /// Fields that were sent and that the backend does not give back.
    var unverified: [String] = []
    /// When its first request went, by the clock that stops while requests are stopped.
    var firstAttempt: Duration?
    /// Answers that showed the backend well before its first request.
    var successesBefore = 0
    /// Of its time since then what servers asked to wait.
    var excused: Duration = .zero
    /// Its partition was taken away: no result of it may be published here.
    var isAbandoned = false

    /// Requests to the API so far.
    var requests: Int { self.attempts + self.followingRequests }

    /// Whether it waits for its first request.
    var isFresh: Bool { self.stage == .waitingForRequest && self.attempts == 0 }

    /// The command, or `nil` for one that was refused at decoding.
    var command: CreateCustomerCommand? {
        if case .command(let command) = self.decoded { command } else { nil }
    }

    var context: CommandContext {
        switch self.decoded {
        case .command(let command): command.context
        case .refused(let context, _): context
        }
    }
}

/// How far a command in flight has come.
package enum CommandStage: String, Sendable, Hashable, CaseIterable {
    /// Behind an earlier command of the same external_id.
    case waitingInLane = "waiting_in_lane"
    /// Held back by an operator's pause of its external_id.
    case paused
    /// In a batch for the ledger, or waiting for the next one.
    case atLedger = "at_store"
    /// Ready for the API, waiting for a place among the requests.
    case waitingForRequest = "waiting_for_request"
    /// A request is under way.
    case requesting
    /// Waits for its next attempt.
    case backingOff = "backing_off"
    /// It has its outcome; the result waits for publishing or is being published.
    case finished
}

/// Names one assignment of a partition: the same partition assigned again is another one.
struct AssignmentID: Sendable, Hashable {
    let value: Int
}

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
        case .created(_, let customer): customer.bytes.count + Self.rest
        // The letter holds the command.
        case .failed: self.size + Self.rest
        }
    }

    /// What a result holds besides, mostly.
    private static let rest = 1_024
}
