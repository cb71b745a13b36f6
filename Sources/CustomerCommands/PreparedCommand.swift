import CustomerContract
import JSON
import Kafka
import Records
import Synchronization

/// A command that obeys every rule, as the record that is sent.
struct PreparedCommand: Sendable {
    let id: CommandID
    /// By which its result is recognised; its own for each sending, also of one command.
    let correlation: String
    let record: ProducerRecord

    /// Checks a customer by the worker's own rules, and makes a CloudEvent in binary mode of it.
    init(
        _ customer: NewCustomer,
        id: String?,
        correlation: String,
        _ settings: CustomerCommandsSettings
    ) throws(CustomerCommandsError) {
        let id = id ?? correlation
        let value = JSONWriter.encode(customer.fields)
        let message = KafkaRecord(
            position: RecordPosition(topic: settings.commandTopic, partition: 0, offset: 0),
            value: value,
            headers: [RecordHeader(name: .ceID, text: id)]
        )
        let decoded = CommandReader(maximumBytes: settings.maximumCommandBytes).read(message)
        if case .refused(_, let failure) = decoded { throw .refused(failure) }
        // The reader passes over an id that it does not take, and the worker would answer to another one.
        guard decoded.context.id == CommandID(id) else { throw .unusableCommandID }
        self.id = CommandID(id)
        self.correlation = correlation
        var headers: RecordHeaders = [
            .ceSpecVersion: "1.0", .ceID: id,
            .ceType: CreateCustomerCommand.eventType, .ceSource: settings.source,
            .ceSubject: customer.externalID, .ceTime: UnixMilliseconds.now().description,
            .contentType: "application/json", .correlationID: correlation,
        ]
        if case .replyTopic(let topic) = settings.answers { headers.append(RecordHeader(name: .replyTo, text: topic)) }
        self.record = ProducerRecord(
            topic: settings.commandTopic,
            key: Array(customer.externalID.utf8),
            value: value,
            headers: headers
        )
    }
}

/// Ids that no other sending has, of this client or another: 128 random bits, and a number.
final class CorrelationIDs: Sendable {
    private let instance: String
    private let count = Atomic<UInt64>(0)

    init() {
        var generator = SystemRandomNumberGenerator()
        self.instance = (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        .joined()
    }

    func next() -> String {
        "\(self.instance)-\(self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    }
}
