package import CustomerContract
package import Kafka

/// A result event as it stands in the results topic (contract, section 3).
package struct ResultEvent: Sendable {
    /// Where it stands.
    package let position: RecordPosition
    /// The record's timestamp.
    package let timestamp: UnixMilliseconds?
    /// The id of the command that it answers.
    package let commandID: CommandID
    /// Whose result it is; `nil` when the command named nobody.
    package let externalID: ExternalID?
    /// Whether the customer exists now.
    package let isCreated: Bool
    /// The outcome of a created one, or the error's code.
    package let code: String
    /// The error's sentence.
    package let message: String?
    /// The event itself.
    package let body: JSONObject

    /// Reads a record; `nil` for anything that is not a result event.
    package init?(_ record: KafkaRecord) {
        guard let body = record.value.flatMap({ try? JSONParser.parseObject($0) }),
            let status = body["status"]?.stringValue, status == "created" || status == "failed"
        else { return nil }
        let error = body["error"]?.objectValue
        guard let code = (status == "created" ? body["outcome"] : error?["code"])?.stringValue,
            let id = Self.commandID(of: record)?.text ?? body["command"]?.objectValue?["id"]?.stringValue
        else { return nil }
        self.position = RecordPosition(
            topic: record.topicPartition.topic,
            partition: record.topicPartition.partition,
            offset: record.offset
        )
        self.timestamp = record.timestamp.map { UnixMilliseconds($0) }
        self.commandID = CommandID(id)
        self.externalID = body["external_id"]?.stringValue.map { ExternalID($0) }
        self.isCreated = status == "created"
        self.code = code
        self.message = error?["message"]?.stringValue
        self.body = body
    }

    /// The command that a record answers, without a look at its value; `nil` when no header says.
    static func commandID(of record: KafkaRecord) -> CommandID? {
        record.headers.last { $0.name == HeaderName.ceCausationID }?.value
            .flatMap { String(validating: $0, as: UTF8.self) }.map { CommandID($0) }
    }

    /// Where the command stands that it answers.
    var command: RecordPosition? {
        guard let command = self.body["command"]?.objectValue, let topic = command["topic"]?.stringValue,
            case .number(let partition) = command["partition"], let partition = Int32(partition.spelling),
            case .number(let offset) = command["offset"], let offset = Int64(offset.spelling)
        else { return nil }
        return RecordPosition(topic: topic, partition: partition, offset: offset)
    }

    /// The failure, as a row's problem.
    var problem: RowProblem? {
        guard !self.isCreated else { return nil }
        return RowProblem(
            code: self.code,
            message: self.message ?? "",
            details: self.body["error"]?.objectValue?["details"]?.objectValue
        )
    }
}
