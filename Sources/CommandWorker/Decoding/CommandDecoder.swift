import CustomerContract
import Kafka

/// Turns a record into a command, or into the failure that it deserves: the one place where Kafka meets the contract.
struct CommandDecoder: Sendable {
    let reader: CommandReader

    func decode(_ record: KafkaRecord) -> DecodedCommand {
        self.reader.read(
            CommandMessage(
                position: RecordPosition(
                    topic: record.topicPartition.topic,
                    partition: record.topicPartition.partition,
                    offset: record.offset
                ),
                timestamp: record.timestamp.map { UnixMilliseconds($0) },
                key: record.key,
                value: record.value,
                headers: record.headers.map { MessageHeader(name: $0.name, value: $0.value) }
            )
        )
    }
}
