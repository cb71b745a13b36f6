import CustomerContract
import JSON
import Kafka

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
        let message = CommandMessage(
            position: RecordPosition(topic: settings.commandTopic, partition: 0, offset: 0),
            value: value,
            headers: [MessageHeader(name: HeaderName.ceID, text: id)]
        )
        let decoded = CommandReader(maximumBytes: settings.maximumCommandBytes).read(message)
        if case .refused(_, let failure) = decoded { throw .refused(failure) }
        // The reader passes over an id that it does not take, and the worker would answer to another one.
        guard decoded.context.id == CommandID(id) else { throw .unusableCommandID }
        self.id = CommandID(id)
        self.correlation = correlation
        var headers = [
            (HeaderName.ceSpecVersion, "1.0"), (HeaderName.ceID, id),
            (HeaderName.ceType, CreateCustomerCommand.eventType), (HeaderName.ceSource, settings.source),
            (HeaderName.ceSubject, customer.externalID), (HeaderName.ceTime, UnixMilliseconds.now().description),
            (HeaderName.contentType, "application/json"), (HeaderName.correlationID, correlation),
        ]
        if case .replyTopic(let topic) = settings.answers { headers.append((HeaderName.replyTo, topic)) }
        self.record = ProducerRecord(
            topic: settings.commandTopic,
            key: Array(customer.externalID.utf8),
            value: value,
            headers: headers.map { KafkaHeader(name: $0.0, value: Array($0.1.utf8)) }
        )
    }
}
