package import CustomerContract
package import JSON
import Kafka
package import Records

/// A result event as a topic has it (contract, section 3), read leniently for all that print, count or await results.
///
/// What this version does not know passes: another outcome, another error code, further members. Who writes a service
/// reads with `CustomerResult`, which holds an event to the contract.
package struct ResultEvent: Sendable {
    package let position: RecordPosition
    package let timestamp: UnixMilliseconds?
    /// The id of the command that it answers.
    package let commandID: CommandID
    /// Whose result it is; `nil` when the command named no customer.
    package let externalID: ExternalID?
    /// Whether the customer exists now.
    package let isCreated: Bool
    /// The outcome of a created one, or the error's code.
    package let code: String
    package let body: JSONObject

    /// A command's 64 levels come back one level deeper, in `customer`; the rest is in reserve.
    private static let maximumDepth = 128

    /// Reads a record; `nil` for anything that is not a result event.
    package init?(_ record: KafkaRecord) {
        guard let body = record.value.flatMap({ try? JSONParser.parseObject($0, maximumDepth: Self.maximumDepth) }),
            let status = body["status"]?.stringValue, status == "created" || status == "failed",
            let code = (status == "created" ? body["outcome"] : body["error"]?.objectValue?["code"])?.stringValue,
            let id = Self.commandID(of: record)?.text ?? body["command"]?.objectValue?["id"]?.stringValue
        else { return nil }
        self.position = record.position
        self.timestamp = record.timestamp
        self.commandID = CommandID(id)
        self.externalID = body["external_id"]?.stringValue.map { ExternalID($0) }
        self.isCreated = status == "created"
        self.code = code
        self.body = body
    }

    /// The command that a record answers, without a look at its value; `nil` when no header says.
    package static func commandID(of record: KafkaRecord) -> CommandID? {
        record.headers.text(.ceCausationID).map { CommandID($0) }
    }

    /// The neutral correlation id that a record carries; `nil` when there is none, or none in UTF-8.
    package static func correlationID(of record: KafkaRecord) -> String? {
        record.headers.text(.correlationID)
    }

    // MARK: What few look at

    package var command: RecordPosition? {
        guard let command = self.body["command"]?.objectValue, let topic = command["topic"]?.stringValue,
            let partition = command.integer("partition").flatMap({ Int32(exactly: $0) }),
            let offset = command.integer("offset"), partition >= 0, offset >= 0
        else { return nil }
        return RecordPosition(topic: topic, partition: partition, offset: Int64(offset))
    }

    package var completedAt: UnixMilliseconds? {
        self.body["completed_at"]?.stringValue.flatMap { UnixMilliseconds(parsing: $0) }
    }

    /// How many requests were made to the API for it.
    package var attempts: Int? { self.body.integer("attempts") }

    package var customerID: String? { self.body["customer"]?.objectValue?["id"]?.stringValue }

    package var message: String? { self.error?["message"]?.stringValue }

    /// The HTTP status of the answer that the command failed with.
    package var httpStatus: Int? { self.error?.integer("http_status") }

    /// What the error says besides, for programs.
    package var details: JSONObject? { self.error?["details"]?.objectValue }

    private var error: JSONObject? { self.isCreated ? nil : self.body["error"]?.objectValue }
}
