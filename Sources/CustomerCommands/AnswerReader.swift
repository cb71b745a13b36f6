import CustomerContract
import Kafka

/// Reads the topic of answers from where it ended when the client began: whatever is sent later is answered there or later.
///
/// As nobody's group member, all partitions: several clients share a topic without knowing of each other. A partition that is
/// added to the topic later is not read.
struct AnswerReader: Sendable {
    /// A record that may answer a command of ours.
    struct Candidate: Sendable {
        let correlation: String
        private let record: KafkaRecord

        /// `nil` for a record that carries no correlation id as this client writes it.
        init?(_ record: KafkaRecord) {
            guard let value = record.headers.last(where: { $0.name == HeaderName.correlationID })?.value,
                let correlation = String(validating: value, as: UTF8.self)
            else { return nil }
            self.correlation = correlation
            self.record = record
        }

        /// The result in it.
        func result() -> CommandsUnderWay.Answer {
            do throws(UnreadableEvent) {
                return .success(try CustomerResult(decoding: self.record.value ?? []))
            } catch {
                let id = self.record.headers.last { $0.name == HeaderName.ceCausationID }?.value ?? []
                return .failure(.unreadableResult(CommandID(String(decoding: id, as: UTF8.self)), error))
            }
        }
    }

    private let reader: PartitionReader

    /// Takes the place and begins to read; nil when no answers are wanted.
    init?(
        _ settings: CustomerCommandsSettings,
        log: @escaping @Sendable (String) -> Void
    ) async throws(CustomerCommandsError) {
        guard let topic = settings.answers.topic else { return nil }
        let sink: KafkaLogSink = { log("\($0.facility): \($0.message)") }
        let reader: PartitionReader
        let ends: [PartitionOffset]
        do throws(KafkaError) {
            ends = try await Self.ends(
                of: topic,
                try Admin(settings.client, log: sink),
                within: settings.deliveryTimeout
            )
            reader = try PartitionReader(settings.client, log: sink)
            try await reader.read(from: ends)
        } catch {
            throw .broker(error.failure)
        }
        guard !ends.isEmpty else { throw .missingTopic(topic) }
        self.reader = reader
    }

    /// Where each partition ends now; nothing for a topic that does not exist.
    private static func ends(
        of topic: String,
        _ admin: Admin,
        within limit: Duration
    ) async throws(KafkaError) -> [PartitionOffset] {
        let count = try await admin.topics(timeout: limit).first { $0.name == topic }?.partitionCount ?? 0
        var ends: [PartitionOffset] = []
        for number in 0..<Int32(clamping: count) {
            let partition = TopicPartition(topic: topic, partition: number)
            ends.append(PartitionOffset(partition, offset: try await admin.watermarks(of: partition).high))
        }
        return ends
    }

    /// Waits at most `limit` for records, and returns those that may answer a command.
    func next(within limit: Duration) async throws(CustomerCommandsError) -> [Candidate] {
        do throws(KafkaError) {
            return try await self.reader.next(limit: 1_000, within: limit).compactMap { reading in
                // What else goes wrong passes by itself: librdkafka goes on trying.
                guard case .record(let record) = reading else { return nil }
                return Candidate(record)
            }
        } catch {
            throw .broker(error.failure)
        }
    }
}
