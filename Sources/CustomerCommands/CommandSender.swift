public import CustomerContract
import Kafka
public import Records

/// Writes commands to Kafka, a batch at a time.
struct CommandSender: Sendable {
    private let producer: Producer

    init(_ settings: CustomerCommandsSettings, log: @escaping @Sendable (String) -> Void) throws(CustomerCommandsError)
    {
        var client = settings.client
        let isSet = ["message.timeout.ms", "delivery.timeout.ms"].contains { client.passthrough[$0] != nil }
        if !isSet { client.passthrough["message.timeout.ms"] = "\(settings.deliveryTimeout.milliseconds)" }
        do throws(KafkaError) {
            self.producer = try Producer(
                ProducerSettings(client: client, reportsPositions: true),
                log: { log("\($0.facility): \($0.message)") }
            )
        } catch {
            throw .broker(error.failure)
        }
    }

    /// What became of each command, in their order.
    ///
    /// - Throws: ``CustomerCommandsError`` when the producer is of no more use.
    func send(_ commands: [PreparedCommand]) async throws(CustomerCommandsError) -> [CommandsUnderWay.Receipt] {
        let refused: [Int: KafkaError]
        do throws(KafkaError) {
            refused = try await self.producer.send(commands.map(\.record))
        } catch {
            throw .broker(error.failure)
        }
        let places = await self.producer.takePositions()
        return commands.enumerated().map { index, command in
            if let error = refused[index] {
                if error.isMissingTopic {
                    return .failure(.missingTopic(command.record.topic))
                }
                return .failure(.notAcknowledged(command.id, error.failure))
            }
            guard let place = places[index], let offset = place.offset else {
                let failure = CustomerCommandsError.BrokerFailure(name: "_NO_REPORT", message: "no report came of it")
                return .failure(.notAcknowledged(command.id, failure))
            }
            let position = RecordPosition(
                topic: place.topicPartition.topic,
                partition: place.topicPartition.partition,
                offset: offset
            )
            return .success(CommandReceipt(commandID: command.id, position: position))
        }
    }
}

extension CustomerCommandsSettings {
    /// The properties of every client.
    var client: ClientProperties {
        ClientProperties(brokers: self.brokers, clientID: self.source, passthrough: self.properties)
    }
}

extension KafkaError {
    /// The same for users of this library, who do not see the binding.
    var failure: CustomerCommandsError.BrokerFailure {
        CustomerCommandsError.BrokerFailure(name: self.name, message: self.message)
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int64 {
        max(1, self.boundedMilliseconds)
    }
}

/// That a command is in Kafka, written to all in-sync replicas.
public struct CommandReceipt: Sendable, Hashable {
    /// The command's id, which its result names in `ce_causationid` and `command.id`.
    public let commandID: CommandID
    /// Its position.
    public let position: RecordPosition
}
