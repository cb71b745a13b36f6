import CustomerContract
import Foundation
import JSON
import Kafka
import Records

/// A result event taken apart, as a service would read it.
struct ResultEvent: Sendable {
    let record: KafkaRecord
    let body: JSONObject

    init(_ record: KafkaRecord) throws {
        self.record = record
        self.body = try JSONParser.parseObject(record.value ?? [])
    }

    var status: String { self.body["status"]?.stringValue ?? "" }
    /// `outcome` of a created result, or the error's code.
    var outcome: String { self.body["outcome"]?.stringValue ?? self.error?["code"]?.stringValue ?? "" }
    var externalID: String? { self.body["external_id"]?.stringValue }
    var customer: JSONObject? { self.body["customer"]?.objectValue }
    var error: JSONObject? { self.body["error"]?.objectValue }
    var position: String {
        let command = self.body["command"]?.objectValue
        let partition = command?["partition"].flatMap(Self.number) ?? "?"
        let offset = command?["offset"].flatMap(Self.number) ?? "?"
        return "\(partition)/\(offset)"
    }

    func header(_ name: String) -> String? {
        self.record.headers[HeaderName(name)].map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(_ value: JSONValue) -> String? {
        if case .number(let number) = value { number.spelling } else { nil }
    }
}

extension KafkaRecord {
    func header(_ name: String) -> String? {
        self.headers[HeaderName(name)].map { String(decoding: $0, as: UTF8.self) }
    }
}
