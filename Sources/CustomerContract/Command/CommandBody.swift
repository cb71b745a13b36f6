import JSON
import Records

/// The fields of a command as a record's value has them, before any rule was applied to them.
///
/// The checks follow the order of the contract: size, emptiness, schema registry frame, JSON, CloudEvents envelope.
struct CommandBody {
    /// The members of the body.
    let fields: JSONObject
    /// Whether anything in it holds U+0000.
    let containsNUL: Bool

    /// How deep arrays and objects may be nested; an envelope adds one.
    private static let maximumDepth = 64

    /// Reads a value that is the body itself.
    init(plain value: [UInt8]) throws(CommandFailure) {
        let reading = try Self.parse(value, maximumDepth: Self.maximumDepth)
        fields = reading.object
        containsNUL = reading.containsNUL
    }

    /// Reads the body out of a structured CloudEvent.
    init(event: StructuredCloudEvent) throws(CommandFailure) {
        switch event.data {
        case .object(let object):
            fields = object
            containsNUL = event.containsNUL
        case .base64(let text):
            guard let value = Base64.decode(text) else {
                throw CommandFailure.unreadable(
                    "data_base64 of the CloudEvent is not base64 (RFC 4648, section 4, with padding)"
                )
            }
            let reading = try Self.parse(value, maximumDepth: Self.maximumDepth, place: "data_base64 of the CloudEvent")
            fields = reading.object
            containsNUL = reading.containsNUL
        case .unusable(let explanation):
            throw CommandFailure.unreadable(explanation)
        }
    }

    /// Looks at a value before it is parsed: it must be there, not too large and not framed.
    static func bytes(of message: KafkaRecord, maximumBytes: Int) throws(CommandFailure) -> [UInt8] {
        guard let value = message.value else {
            throw CommandFailure.unreadable(
                "the record has no value (a tombstone); send the JSON body of the customer to create"
            )
        }
        guard value.count <= maximumBytes else {
            throw CommandFailure(
                code: .payloadTooLarge,
                message:
                    "the record's value has \(value.count) bytes and at most \(maximumBytes) are read; "
                    + "make the command smaller, or raise limits.max_command_bytes",
                httpStatus: 413,
                details: JSONObject([
                    .init(name: "bytes", value: .number(JSONNumber(value.count))),
                    .init(name: "maximum_bytes", value: .number(JSONNumber(maximumBytes))),
                ])
            )
        }
        guard let first = value.first else {
            throw CommandFailure.unreadable("the record's value is empty; send the JSON body of the customer to create")
        }
        guard first > 0x01 else {
            throw CommandFailure(
                code: .schemaFramedPayload,
                message:
                    "the record's value starts with the byte 0x0\(first), the frame of a schema registry serializer; "
                    + "send plain JSON, with a string or byte array serializer",
                httpStatus: 400
            )
        }
        return value
    }

    /// Parses a value that must be an object.
    static func parse(
        _ value: [UInt8],
        maximumDepth: Int = maximumDepth,
        place: String = "the record's value"
    ) throws(CommandFailure) -> (object: JSONObject, containsNUL: Bool) {
        let reading: JSONParser.Reading
        do {
            reading = try JSONParser.read(value, maximumDepth: maximumDepth)
        } catch {
            throw CommandFailure.unreadable(
                "\(place) is not acceptable JSON: at byte \(error.byteOffset), \(error.explanation)",
                details: JSONObject([.init(name: "byte_offset", value: .number(JSONNumber(error.byteOffset)))])
            )
        }
        guard case .object(let object) = reading.value else {
            throw CommandFailure.unreadable(
                "\(place) must be one JSON object with the customer's fields, and is \(reading.value.kind)"
            )
        }
        return (object, reading.containsNUL)
    }

    /// Parses the envelope of a structured CloudEvent, one level deeper than its body.
    static func parseEnvelope(_ value: [UInt8]) throws(CommandFailure) -> (object: JSONObject, containsNUL: Bool) {
        try parse(value, maximumDepth: maximumDepth + 1)
    }
}

extension CommandFailure {
    /// An `invalid_json` failure.
    static func unreadable(_ message: String, details: JSONObject? = nil) -> CommandFailure {
        CommandFailure(code: .invalidJSON, message: message, httpStatus: 400, details: details)
    }
}
