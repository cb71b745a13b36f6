package import Kafka

/// Why a job is over.
package enum JobEnding: Sendable, Hashable {
    /// Everything up to the ends was looked at.
    case finished
    /// Somebody stopped it; the same command goes on.
    case cancelled
    /// Of the first letters some failed again.
    case canaryFailed
    /// The first letters had no result in time.
    case canaryTimedOut
    /// Too many letters could not be sent, or failed again.
    case tooManyFailures
    /// Another job took the topic over.
    case takenOver
    /// The cluster did not let it go on.
    case failed(KafkaError)

    /// A name for programs, bounded.
    package var name: String {
        switch self {
        case .finished: "finished"
        case .cancelled: "cancelled"
        case .canaryFailed: "canary_failed"
        case .canaryTimedOut: "canary_timed_out"
        case .tooManyFailures: "too_many_failures"
        case .takenOver: "taken_over"
        case .failed: "failed"
        }
    }

    /// Whether the same command goes on where this one stopped; others begin anew, with what is left.
    var isResumable: Bool {
        switch self {
        case .cancelled, .failed: true
        case .finished, .canaryFailed, .canaryTimedOut, .tooManyFailures, .takenOver: false
        }
    }
}
