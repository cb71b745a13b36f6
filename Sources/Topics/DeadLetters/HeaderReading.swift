package import Kafka

/// Looks up headers of a record; where a name is repeated the last one counts.
package struct HeaderReading {
    private let headers: [KafkaHeader]

    /// Looks into these headers.
    package init(headers: [KafkaHeader]) {
        self.headers = headers
    }

    /// The bytes of a header; `nil` if it is not there or null.
    package func bytes(_ name: String?) -> [UInt8]? {
        guard let name else { return nil }
        return self.headers.last { $0.name.isSame(as: name) }?.value
    }

    /// A header as text; `nil` if it is not there, empty, or not UTF-8.
    package func text(_ name: String?) -> String? {
        guard let bytes = self.bytes(name), !bytes.isEmpty else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A number from 0; `nil` for anything else, since anybody can write these headers.
    func number<Number: FixedWidthInteger & SignedInteger>(
        _ name: String?,
        _ form: DialectHeaders.Numbers,
        as type: Number.Type
    ) -> Number? {
        guard let bytes = self.bytes(name) else { return nil }
        switch form {
        case .text:
            guard (1...19).contains(bytes.count), bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
            return Number(String(decoding: bytes, as: UTF8.self))
        case .bigEndian:
            guard bytes.count == Number.bitWidth / 8 else { return nil }
            let number = bytes.reduce(Number(0)) { $0 << 8 | Number($1) }
            return number >= 0 ? number : nil
        }
    }
}
