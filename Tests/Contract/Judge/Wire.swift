import CustomerContract
import Foundation
import JSON
import Records

/// The lines that go between the two sides: JSON, bytes in base64.
enum Wire {
    static func bytes(base64 text: String) -> [UInt8]? {
        Data(base64Encoded: text).map { [UInt8]($0) }
    }

    /// Headers, `[[NAME, BASE64 or null], …]`.
    static func headers(_ line: String) -> RecordHeaders {
        let pairs = (try? JSONParser.parse(Array(line.utf8)))?.arrayValue ?? []
        return RecordHeaders(
            pairs.compactMap { pair -> RecordHeader? in
                guard let pair = pair.arrayValue, pair.count == 2, let name = pair[0].stringValue else { return nil }
                return RecordHeader(
                    name: HeaderName(name),
                    value: pair[1].stringValue.flatMap { Self.bytes(base64: $0) }
                )
            }
        )
    }

    static func object(_ message: ProducerRecord) -> JSONObject {
        JSONObject([
            .init(name: "topic", value: .string(message.topic)),
            .init(name: "key", value: Self.base64(message.key)),
            .init(name: "value", value: Self.base64(message.value)),
            .init(
                name: "headers",
                value: .array(message.headers.map { .array([.string($0.name.text), Self.base64($0.value)]) })
            ),
        ])
    }

    static func text(_ object: JSONObject) -> String {
        String(decoding: JSONWriter.encode(object), as: UTF8.self)
    }

    private static func base64(_ bytes: [UInt8]?) -> JSONValue {
        bytes.map { .string(Data($0).base64EncodedString()) } ?? .null
    }
}
