package import Records

/// What dialects write into headers; anybody can write these, so that what does not read as it should is not there.
extension RecordHeaders {
    /// A header as text; nil if it is not there, empty, or not UTF-8.
    package func filledText(_ name: HeaderName?) -> String? {
        guard let name, let text = self.text(name), !text.isEmpty else { return nil }
        return text
    }

    /// A number from 0; nil for anything else.
    func number<Number: FixedWidthInteger & SignedInteger>(
        _ name: HeaderName?,
        _ form: DialectHeaders.Numbers,
        as type: Number.Type
    ) -> Number? {
        guard let name, let bytes = self[name] else { return nil }
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
