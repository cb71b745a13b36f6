package import CustomerContract
import Kafka
import Records
import Topics

/// What the worker is certain to say of a record that goes back, before any other is asked: the rules for commands.
package struct CommandRules: Sendable {
    /// The topic whose records the worker reads; those of other topics are the commands of other programs.
    package let commandTopic: String
    /// Decodes and checks as the worker does, with its `validation.mode` and `limits.max_command_bytes`.
    private let reader: CommandReader

    /// The worker's own reader for its topic.
    package init(commandTopic: String, reader: CommandReader) {
        self.commandTopic = commandTopic
        self.reader = reader
    }

    /// The failure that is certain; `nil` when the record may succeed, or goes to another topic.
    func failure(of record: ProducerRecord, from letter: DeadLetter) -> CommandFailure? {
        guard record.topic.hasSameBytes(as: self.commandTopic) else { return nil }
        let message = KafkaRecord(
            position: letter.position,
            key: record.key,
            value: record.value,
            headers: record.headers
        )
        guard case .refused(_, let failure) = self.reader.read(message) else { return nil }
        return failure
    }
}
