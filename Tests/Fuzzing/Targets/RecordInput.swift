@testable import Records

/// A record as an input spells it: a byte of choices, a line `NAME: VALUE` for each header (`NAME` alone for null), an
/// empty line, and the value.
struct RecordInput {
    let record: KafkaRecord
    /// The bits that the record does not use.
    let choices: UInt8

    init(_ input: [UInt8]) {
        var input = Choices(input)
        let choices = input.byte()
        let headers = input.lines().map { line in
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            let value = line.dropFirst(name.count)
            return RecordHeader(
                name: HeaderName(String(decoding: name, as: UTF8.self)),
                value: value.isEmpty ? nil : Array(value.dropFirst(value.starts(with: ": ".utf8) ? 2 : 1))
            )
        }
        let value = Array(input.rest)
        self.choices = choices
        self.record = KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207),
            timestamp: choices & 0x80 == 0 ? UnixMilliseconds(1_795_341_600_000) : nil,
            key: choices & 0x40 == 0 ? Array(value.prefix(8)) : nil,
            value: choices & 0x20 == 0 ? value : nil,
            headers: RecordHeaders(headers)
        )
    }
}

extension ProducerRecord {
    /// The record as its readers see it.
    func read(at position: RecordPosition) -> KafkaRecord {
        KafkaRecord(
            position: position,
            timestamp: self.timestamp,
            key: self.key,
            value: self.value,
            headers: self.headers
        )
    }
}
