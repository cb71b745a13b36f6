import CustomerContract
import Kafka

/// Turns results into the records that are produced: one result event each, and a dead letter for each that failed.
struct RecordEncoder: Sendable {
    let results: ResultEncoder
    let replyTopics: LiveReplyTopics
    let deadLetters: DeadLetterEncoder
    let topics: TopicDirectory

    /// A dead letter over this size is what a broker may refuse (its `max.message.bytes` is about a megabyte by default).
    static let safeValueBytes = 900_000

    /// The topics that are produced to whatever commands name.
    var topicsOfOurOwn: [String] { [self.results.resultsTopic, self.deadLetters.topic] }

    /// The records of a batch, and for each record the index of its result.
    ///
    /// - Parameter dropsLargeValues: whether dead letters are written without a value that the broker refuses; the command still
    ///   stands where the dead letter's headers say.
    func encode(
        _ batch: [CommandResult],
        dropsLargeValues: Bool
    ) async -> (records: [ProducerRecord], owners: [Int]) {
        var encoder = self.results
        encoder.replyTopicsAllowed = self.replyTopics.allowed
        var records: [ProducerRecord] = []
        var owners: [Int] = []
        records.reserveCapacity(batch.count)
        owners.reserveCapacity(batch.count)
        for (index, result) in batch.enumerated() {
            records.append(await self.resultRecord(encoder.encode(result)))
            owners.append(index)
            guard let letter = self.deadLetters.encode(result) else { continue }
            let isTooLarge = dropsLargeValues && (letter.value?.count ?? 0) > Self.safeValueBytes
            records.append(isTooLarge ? ProducerRecord(letter, droppingValue: true) : ProducerRecord(letter))
            owners.append(index)
        }
        return (records, owners)
    }

    /// The result event, to the results topic if the reply topic that the command names is not there.
    private func resultRecord(_ event: OutgoingMessage) async -> ProducerRecord {
        if event.topic == self.results.resultsTopic { return ProducerRecord(event) }
        if await self.topics.has(event.topic, partition: event.partition) { return ProducerRecord(event) }
        let refused = MessageHeader(name: HeaderName.replyTopicRefused, text: event.topic)
        return ProducerRecord(
            OutgoingMessage(
                topic: self.results.resultsTopic,
                partition: nil,
                key: event.key,
                value: event.value,
                headers: event.headers + [refused],
                timestamp: event.timestamp
            )
        )
    }
}

extension ProducerRecord {
    init(_ message: OutgoingMessage, droppingValue: Bool = false) {
        var headers = message.headers.map { KafkaHeader(name: $0.name, value: $0.value) }
        if droppingValue {
            let size = "\(message.value?.count ?? 0)"
            headers.append(KafkaHeader(name: "dlq-value-dropped-bytes", value: Array(size.utf8)))
        }
        self.init(
            topic: message.topic,
            partition: message.partition,
            key: message.key,
            value: droppingValue ? nil : message.value,
            headers: headers,
            timestamp: message.timestamp?.value
        )
    }
}
