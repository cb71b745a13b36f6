import CustomerContract
import Kafka
import Records
import Topics

/// Reads the topic of answers from where it ended when the client began: whatever is sent later is answered there or
/// later.
///
/// Outside any consumer group, all partitions: several clients share a topic without knowing of each other. A partition
/// that is added to the topic later is not read.
struct AnswerReader: Sendable {
    /// A record that may answer a command of ours.
    struct Candidate: Sendable {
        let correlation: String
        private let record: KafkaRecord

        /// `nil` for a record that carries no correlation id as this client writes it.
        init?(_ record: KafkaRecord) {
            guard let correlation = ResultEvent.correlationID(of: record) else { return nil }
            self.correlation = correlation
            self.record = record
        }

        /// The result in it.
        func result() -> CommandsUnderWay.Answer {
            do throws(UnreadableEvent) {
                return .success(try CustomerResult(decoding: self.record.value ?? []))
            } catch {
                return .failure(.unreadableResult(ResultEvent.commandID(of: self.record) ?? CommandID(""), error))
            }
        }
    }

    private let follower: ResultFollower

    /// Takes the place and begins to read; nil when no answers are wanted.
    init?(
        _ settings: CustomerCommandsSettings,
        log: @escaping @Sendable (String) -> Void
    ) async throws(CustomerCommandsError) {
        guard let topic = settings.answers.topic else { return nil }
        let sink: KafkaLogSink = { log("\($0.facility): \($0.message)") }
        let follower: ResultFollower?
        do throws(KafkaError) {
            let admin = try Admin(settings.client, log: sink)
            let snapshot = try await TopicSnapshot(existing: topic, admin, within: settings.deliveryTimeout)
            follower =
                if let ranges = snapshot?.ranges, !ranges.isEmpty {
                    try await ResultFollower(settings.client, behind: ranges, log: sink)
                } else {
                    nil
                }
        } catch {
            throw .broker(error.failure)
        }
        guard let follower else { throw .missingTopic(topic) }
        self.follower = follower
    }

    /// Waits at most `limit` for records, and returns those that may answer a command.
    func next(within limit: Duration) async throws(CustomerCommandsError) -> [Candidate] {
        do throws(KafkaError) {
            return try await self.follower.next(within: limit).records.compactMap { Candidate($0) }
        } catch {
            throw .broker(error.failure)
        }
    }
}
