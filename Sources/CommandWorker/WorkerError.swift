package import Kafka

/// Why a worker stopped without being asked to.
package enum WorkerError: Error, Sendable, CustomStringConvertible {
    /// The Kafka client is of no more use; a new process may be.
    case kafka(KafkaError)
    /// Another instance has taken over the transactional id.
    case fenced(KafkaError)

    /// A sentence with what to do.
    package var description: String {
        switch self {
        case .kafka(let error): "the Kafka client stopped for good (\(error)); start the worker again"
        case .fenced(let error):
            "another instance uses the same delivery.transactional_id (\(error)); give every instance its own"
        }
    }
}
