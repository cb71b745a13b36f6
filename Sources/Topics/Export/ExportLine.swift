import CustomerContract
package import JSON
import Kafka
package import Records

/// One dead letter as a line of JSON, from which it can be had back.
///
/// ```json
/// {"dead_letter":{"position":"customer_commands_dlq/0/12","code":"invalid_command","reason":"…","failed_at":"…"},
///  "topic":"customer_commands","partition":0,"timestamp":1764064800000,
///  "key":"acct_8412","headers":[{"name":"ce_id","value":"signup-1"}],"value":{"external_id":"acct_8412"}}
/// ```
///
/// A value that is a JSON object is written as one, so that it can be read and corrected; then only spaces and the
/// spelling of escapes are lost. If it is to be exact, and where it is something else, it is written as a text. Bytes
/// that are no text are written as `key_base64`, `value_base64` or a header's `value_base64`.
///
/// A line that says `failure` in place of `dead_letter` is read too: so commands are written down that could not be
/// sent.
package struct ExportLine: Sendable, Hashable {
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The topic that the command came from; `nil` when no header told.
    package let topic: String?
    package let partition: Int32?
    package let timestamp: UnixMilliseconds?
    package let key: [UInt8]?
    package let value: [UInt8]?
    package let headers: RecordHeaders
    /// What is known of the failure; for people, and not needed to send the command again.
    package let about: JSONObject
    /// Whether the value is kept byte for byte.
    package let isExact: Bool

    package init(_ letter: DeadLetter, isExact: Bool = false) {
        self.isExact = isExact
        self.topic = letter.source?.topic
        self.partition = letter.source?.partition
        self.timestamp = letter.record.timestamp
        self.key = letter.commandKey
        self.value = letter.record.value
        self.headers = letter.record.headers
        self.about = JSONObject(filled: [
            "position": .string(letter.position.description), "dialect": letter.dialect.map { .string($0.rawValue) },
            "code": letter.kind.map { .string($0) }, "reason": letter.reason.map { .string($0) },
            "failed_at": letter.failedAt.map { .string($0.description) },
            "redrive_count": .integer(letter.redriveCount),
        ])
    }

    /// The line, without its end.
    package var encoded: [UInt8] {
        let headers = self.headers.map { header -> JSONValue in
            let name = JSONObject.Member(name: "name", value: .string(header.name.text))
            return .object(JSONObject([name, Self.text("value", header.value)]))
        }
        var object = JSONObject(filled: [
            "dead_letter": .object(self.about), "topic": self.topic.map { .string($0) },
            "partition": self.partition.map { .integer($0) }, "timestamp": self.timestamp.map { .integer($0.value) },
        ])
        object.members.append(Self.text("key", self.key))
        object["headers"] = .array(headers)
        object.members.append(self.isExact ? Self.text("value", self.value) : Self.body(self.value))
        return JSONWriter.encode(object)
    }

    package init(parsing line: [UInt8]) throws(Problem) {
        let object: JSONObject
        do {
            object = try JSONParser.parseObject(line, maximumDepth: 128)
        } catch {
            throw Problem(description: "at byte \(error.byteOffset), \(error.explanation)")
        }
        try self.init(object)
    }

    /// Whether an object is a line of an export, and not a command.
    ///
    /// A command has its `external_id` at the top, a line has it inside.
    package static func isOne(_ object: JSONObject) -> Bool {
        object["external_id"] == nil && (object["dead_letter"] ?? object["failure"])?.objectValue != nil
            && (object["value"] ?? object["value_base64"]) != nil
    }

    /// Reads a line that is parsed already.
    package init(_ object: JSONObject) throws(Problem) {
        guard let about = (object["dead_letter"] ?? object["failure"])?.objectValue else {
            throw Problem(description: "no member dead_letter: this is not a line of an export")
        }
        self.about = about
        self.isExact = object["value"]?.objectValue == nil
        self.topic = object["topic"]?.stringValue
        self.partition = object.integer("partition").flatMap { Int32(exactly: $0) }
        self.timestamp = object.integer("timestamp").map { UnixMilliseconds(Int64($0)) }
        self.key = try Self.bytes("key", in: object)
        self.value = try Self.bytes("value", in: object)
        var headers: RecordHeaders = []
        for element in object["headers"]?.arrayValue ?? [] {
            guard let header = element.objectValue, let name = header["name"]?.stringValue else {
                throw Problem(description: "a header without a name")
            }
            headers.append(RecordHeader(name: HeaderName(name), value: try Self.bytes("value", in: header)))
        }
        self.headers = headers
    }

    /// The headers of the command, without those by which a dead letter says what became of it.
    package var commandHeaders: RecordHeaders {
        let foreign = self.about["dialect"]?.stringValue.flatMap { Dialect(rawValue: $0) }?.headers
        let own = Dialect.own.headers
        return self.headers.filter { header in
            !own.owns(header.name) && !(foreign?.owns(header.name) ?? false)
                && header.name != DeadLetter.redrivenFrom
                && DeadLetterReduction(name: header.name) == nil
        }
    }

    /// A member that keeps bytes: as a text, or under another name as base64.
    package static func text(_ name: String, _ bytes: [UInt8]?) -> JSONObject.Member {
        guard let bytes else { return .init(name: name, value: .null) }
        if let text = String(validating: bytes, as: UTF8.self) { return .init(name: name, value: .string(text)) }
        return .init(name: "\(name)_base64", value: .string(Base64.encode(bytes)))
    }

    /// The member `value`: an object where the bytes are one, so that it can be read and corrected.
    package static func body(_ bytes: [UInt8]?) -> JSONObject.Member {
        if let bytes, let object = try? JSONParser.parseObject(bytes) {
            return .init(name: "value", value: .object(object))
        }
        return Self.text("value", bytes)
    }

    private static func bytes(_ name: String, in object: JSONObject) throws(Problem) -> [UInt8]? {
        if let text = object["\(name)_base64"]?.stringValue {
            guard let bytes = Base64.decode(text) else {
                throw Problem(description: "\(name)_base64 is not base64")
            }
            return bytes
        }
        switch object[name] {
        case .string(let text): return Array(text.utf8)
        case .object(let body): return JSONWriter.encode(body)
        case .null, nil: return nil
        case .bool, .number, .array: throw Problem(description: "\(name): expected a text, an object or null")
        }
    }
}
