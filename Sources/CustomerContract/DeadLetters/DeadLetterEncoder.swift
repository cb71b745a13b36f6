public import Records

/// Turns failed commands into records of the dead-letter topic.
///
/// Key, value, headers and timestamp are those of the command, so that a dead letter can be sent back as it is. Our own
/// headers are replaced and never pile up, however often a command comes back.
public struct DeadLetterEncoder: Sendable {
    /// The dead-letter topic.
    public let topic: String
    /// The consumer group, for the header.
    public let group: String
    /// How many partitions the dead-letter topic has; nil or less than 1 leaves the choice to the partitioner.
    public let partitionCount: Int32?

    /// The longest failure message in a header, 1 KiB.
    public static let maximumMessageBytes = 1_024

    /// An encoder for that topic.
    public init(topic: String, group: String, partitionCount: Int32?) {
        self.topic = topic
        self.group = group
        self.partitionCount = partitionCount
    }

    /// The dead letter of a command that failed.
    ///
    /// - Parameters:
    ///   - failure: Why it failed.
    ///   - context: The command.
    ///   - failedAt: When; the `completedAt` of the result that goes with it.
    ///   - form: What is left out or added because the topic refuses the rest.
    public func encode(
        _ failure: CommandFailure,
        of context: CommandContext,
        failedAt: UnixMilliseconds,
        form: LetterForm = []
    ) -> ProducerRecord {
        let message = context.message
        let earlier = EarlierDeadLetter(message.headers)
        var headers = message.headers.filter { !Self.isOurs($0.name) }
        var reductions = RecordHeaders()
        if form.contains(.withoutHeaders), !headers.isEmpty {
            reductions.append(Self.header(.headersDropped, "\(headers.count)"))
            headers = RecordHeaders()
        }
        for header in DeadLetterHeader.allCases {
            let text =
                switch header {
                case .topic: message.position.topic
                case .partition: String(message.position.partition)
                case .offset: String(message.position.offset)
                case .group: group
                case .deliveryCount: String(earlier.deliveryCount &+ 1)
                case .message: failure.message.cut(toBytes: Self.maximumMessageBytes)
                case .code: failure.code.rawValue
                case .retryable: failure.retryable ? "true" : "false"
                case .firstFailedAt: (earlier.firstFailedAt ?? failedAt).description
                case .lastFailedAt: failedAt.description
                case .redriveCount: String(earlier.redriveCount)
                case .commandID: context.id.text
                }
            headers.append(RecordHeader(name: header.name, text: text))
        }
        var (key, value, timestamp) = (message.key, message.value, message.timestamp)
        if form.contains(.withoutValue), let dropped = value {
            reductions.append(Self.header(.valueDropped, "\(dropped.count)"))
            value = nil
        }
        if form.contains(.cutKey), let whole = key, whole.count > LetterForm.maximumCutKeyBytes {
            reductions.append(Self.header(.keyCut, "\(whole.count)"))
            key = Array(whole.prefix(LetterForm.maximumCutKeyBytes))
        }
        if form.contains(.addedKey), key == nil {
            reductions.append(Self.header(.keyAdded, "true"))
            key = Array(context.id.text.utf8)
        }
        if form.contains(.ownTimestamp), let original = timestamp {
            reductions.append(Self.header(.timestampReplaced, original.description))
            timestamp = failedAt
        }
        headers.append(contentsOf: reductions)
        return ProducerRecord(
            topic: topic,
            partition: partition(for: message.position),
            key: key,
            value: value,
            headers: headers,
            timestamp: timestamp
        )
    }

    /// The dead letter of a result; nil when the result is not a failure.
    public func encode(_ result: CommandResult, form: LetterForm = []) -> ProducerRecord? {
        guard case .failed(let failure) = result.outcome else { return nil }
        return encode(failure, of: result.context, failedAt: result.completedAt, form: form)
    }

    /// Whether a header is one that this encoder writes, and so replaces.
    public static func isOurs(_ name: HeaderName) -> Bool {
        DeadLetterHeader(name: name) != nil || DeadLetterReduction(name: name) != nil
    }

    private static func header(_ name: DeadLetterReduction, _ text: String) -> RecordHeader {
        RecordHeader(name: name.name, text: text)
    }

    private func partition(for position: RecordPosition) -> Int32? {
        guard let partitionCount, partitionCount > 0, position.partition >= 0 else { return nil }
        return position.partition % partitionCount
    }
}
