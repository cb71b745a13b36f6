public import CustomerContract

/// Why a command could not be sent, or its result could not be had, with what to do.
public enum CustomerCommandsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a broker or the client library says.
    public struct BrokerFailure: Sendable, Hashable {
        /// librdkafka's name of the error, such as `_TRANSPORT`.
        public let name: String
        /// Its sentence.
        public let message: String
    }

    /// The command breaks rules and was not sent; the failure is the one that the worker would answer with.
    case refused(CommandFailure)
    /// The chosen id of the command is not usable, and nothing was sent.
    case unusableCommandID
    /// As many commands as allowed are under way, and this one was not sent.
    case tooManyUnderWay(maximum: Int)
    /// The client was closed, or its `run()` ended; a command that had been sent is carried out all the same.
    case closed
    /// `run()` of the client is not running, or has not reached the brokers yet, and the command was not sent.
    case notRunning
    /// The client was told to read no answers.
    case noAnswers
    /// The brokers did not acknowledge the command: it was refused, or it is unknown whether it was written.
    case notAcknowledged(CommandID, BrokerFailure)
    /// The command is in Kafka, and its result did not come in time.
    case noResult(CommandID, topic: String, within: Duration)
    /// The result came and cannot be read.
    case unreadableResult(CommandID, UnreadableEvent)
    /// A topic does not exist.
    case missingTopic(String)
    /// The client cannot be made or cannot continue.
    case broker(BrokerFailure)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .refused(let failure):
            "the command was not sent: \(failure.message)"
        case .unusableCommandID:
            "the command was not sent: its id must be UTF-8 of 1 to 255 bytes without control characters"
        case .tooManyUnderWay(let maximum):
            "the command was not sent: \(maximum) are under way; wait for some of them, or raise maximumUnderWay"
        case .closed:
            "the client is closed; a command that had been sent is carried out all the same"
        case .notRunning:
            "the command was not sent: the client is not ready. Call run() in a task that lives as long as your "
                + "service, and see what it throws when it cannot reach the brokers"
        case .noAnswers:
            "this client reads no answers; set answers to a results topic or a reply topic, or use send"
        case .notAcknowledged(let id, let failure):
            "the brokers did not acknowledge command \(id) (\(failure.name): \(failure.message)); "
                + "send it again with the same command id, each external_id is created once"
        case .noResult(let id, let topic, let limit):
            "no result of command \(id) on \(topic) within \(limit); it may still be carried out. "
                + "See whether the worker runs, and whether its kafka.reply_topics_allowed lists a reply topic; "
                + "to send it again does no harm"
        case .unreadableResult(let id, let reason):
            "the result of command \(id) cannot be read: \(reason)"
        case .missingTopic(let topic):
            "missing topic: \(topic); create it with your cluster's tools or with: customer-worker topics create"
        case .broker(let failure):
            "the brokers cannot be used (\(failure.name): \(failure.message)); see brokers and properties of the "
                + "settings"
        }
    }
}
