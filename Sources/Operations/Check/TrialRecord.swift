import CommandWorker
import CustomerContract
import Kafka
import Records
import Settings

/// A record as the worker publishes them, for a transaction that is aborted.
struct TrialRecord: Sendable {
    /// What a topic may refuse in it.
    enum Kind: Sendable, Hashable {
        /// The largest that the worker may publish there, and that the topic is known to take.
        case largest
        /// The result of a command without an external_id, or the dead letter of one without a key.
        case withoutKey
        /// The dead letter of a command as old as the command topic keeps them.
        case old(Duration)
    }

    let kind: Kind
    let record: ProducerRecord
}

/// Makes the records for a trial.
///
/// Readers of `read_uncommitted` see them. They are valid by the contract, their external_id belongs to no customer,
/// and a dead letter that is sent back is no command.
struct TrialRecords: Sendable {
    private static let name = "customer-worker-check"
    /// What a command topic keeps by Kafka's default, where it does not tell how long it does.
    private static let usualRetention = Duration.seconds(7 * 86_400)

    private let settings: Settings
    private let now: UnixMilliseconds

    init(_ settings: Settings, now: UnixMilliseconds = .now()) {
        self.settings = settings
        self.now = now
    }

    /// Results for the results topic or a reply topic.
    ///
    /// - Parameter configuration: the topic's settings, as far as they are told.
    func results(for topic: String, _ configuration: [String: String]) -> [TrialRecord] {
        let encoder = ResultEncoder(resultsTopic: topic)
        let largest = encoder.encode(self.result(hasKey: true)).padded(to: self.largest(configuration))
        return [
            TrialRecord(kind: .largest, record: largest),
            TrialRecord(kind: .withoutKey, record: encoder.encode(self.result(hasKey: false))),
        ]
    }

    /// Dead letters.
    ///
    /// - Parameters:
    ///   - configuration: the topic's settings, as far as they are told.
    ///   - commands: those of the command topic.
    func letters(
        for topic: TopicDescription,
        _ configuration: [String: String],
        commands: [String: String]
    ) -> [TrialRecord] {
        let encoder = DeadLetterEncoder(
            topic: topic.name,
            group: self.settings.worker.group,
            partitionCount: Int32(clamping: topic.partitionCount)
        )
        // Records are not kept forever by intention: of a topic that keeps everything a week is tried too.
        let retention = commands["retention.ms"].flatMap { Int64($0) }.map { Duration.milliseconds($0) }
        let age = retention.flatMap { $0 >= .zero ? $0 : nil } ?? Self.usualRetention
        let letters: [(TrialRecord.Kind, CommandResult)] = [
            (.largest, self.result(hasKey: true)), (.withoutKey, self.result(hasKey: false)),
            (.old(age), self.result(hasKey: true, age: age)),
        ]
        return letters.compactMap { kind, result in
            encoder.encode(result).map { record in
                let bytes = kind == .largest ? self.largest(configuration) : 0
                return TrialRecord(kind: kind, record: record.padded(to: bytes))
            }
        }
    }

    /// The bytes of the largest record: what the longest command becomes, as far as the topic and the client take it.
    private func largest(_ configuration: [String: String]) -> Int {
        let kafka = self.settings.kafka
        let client = ClientProperties(brokers: kafka.bootstrapServers, passthrough: kafka.properties.reveal())
        let longest = TopicRules.largestRecord(self.settings)
        let taken = configuration["max.message.bytes"].flatMap { Int($0) } ?? .max
        return min(longest, taken, ProducerSettings(client: client).largestRecord)
    }

    private func result(hasKey: Bool, age: Duration = .zero) -> CommandResult {
        let sent = UnixMilliseconds(self.now.value - age.components.seconds * 1_000)
        let correlation = RecordHeader(name: .correlationID, text: Self.name)
        let message = KafkaRecord(
            position: RecordPosition(topic: self.settings.worker.commandTopic, partition: 0, offset: 0),
            timestamp: sent,
            key: hasKey ? Array(Self.name.utf8) : nil,
            value: Array(#"{"written_by":"customer-worker check"}"#.utf8),
            headers: [RecordHeader(name: .contentType, text: "application/json"), correlation]
        )
        let failure = CommandFailure(
            code: .invalidCommand,
            message: "Written by customer-worker check in a transaction that is aborted; no command failed"
        )
        return CommandResult(
            context: CommandContext(
                message: message,
                id: CommandID(Self.name),
                externalID: hasKey ? ExternalID(Self.name) : nil,
                correlation: ReplyCorrelation(headers: [correlation])
            ),
            outcome: .failed(failure),
            attempts: 0,
            completedAt: self.now
        )
    }
}

extension ProducerRecord {
    /// The same record with spaces behind its value, which JSON allows, so that a batch of it has that many bytes.
    fileprivate func padded(to bytes: Int) -> ProducerRecord {
        let missing = bytes - self.largestBatchBytes
        guard missing > 0 else { return self }
        return ProducerRecord(
            topic: self.topic,
            partition: self.partition,
            key: self.key,
            value: (self.value ?? []) + [UInt8](repeating: UInt8(ascii: " "), count: missing),
            headers: self.headers,
            timestamp: self.timestamp
        )
    }
}
