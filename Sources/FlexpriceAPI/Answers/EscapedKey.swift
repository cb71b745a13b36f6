import Glibc

/// An API key whose bytes may be escaped: as JSON (`\u005f`, `\/`), in a URL (`%5F`) or in HTML (`&#95;`, `&#x5f;`).
struct EscapedKey {
    private let key: [UInt8]

    init(_ key: [UInt8]) {
        self.key = key
    }

    /// Whether anything in a text is escaped.
    static func mayBe(in bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return false }
            return "\\%&".utf8.contains { unsafe memchr(base, CInt($0), all.count) != nil }
        }
    }

    /// The bytes with every occurrence masked.
    func masked(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let end = Self.end(of: self.key[...], in: bytes, from: index) {
                result += KeyMask.mask.utf8
                index = end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// The end of the key, if it begins at `start`.
    private static func end(of key: ArraySlice<UInt8>, in bytes: [UInt8], from start: Int) -> Int? {
        var rest = key
        var index = start
        while let expected = rest.popFirst() {
            guard index < bytes.count else { return nil }
            let isItself = bytes[index] == expected
            if let (byte, length) = Self.escape(bytes[index...]), byte == expected {
                // `%25` is an escaped percent sign, or one as it is and a 2 and a 5 of the key behind it.
                if isItself, let end = Self.end(of: rest, in: bytes, from: index + 1) { return end }
                index += length
            } else {
                guard isItself else { return nil }
                index += 1
            }
        }
        return index
    }

    /// The byte of an escape at the beginning, and the length of the escape.
    private static func escape(_ bytes: ArraySlice<UInt8>) -> (byte: UInt8, length: Int)? {
        func number(_ digits: ArraySlice<UInt8>, radix: Int) -> UInt8? {
            UInt8(String(decoding: digits, as: UTF8.self), radix: radix)
        }
        switch bytes.first {
        case UInt8(ascii: "\\"):
            if bytes.starts(with: "\\u00".utf8) {
                return number(bytes.dropFirst(4).prefix(2), radix: 16).map { ($0, 6) }
            }
            return bytes.dropFirst().first.map { ($0, 2) }
        case UInt8(ascii: "%"):
            let digits = bytes.dropFirst().prefix(2)
            return digits.count == 2 ? number(digits, radix: 16).map { ($0, 3) } : nil
        case UInt8(ascii: "&"):
            // At most `&#x5f;`, or with a leading zero.
            guard let end = bytes.prefix(8).firstIndex(of: UInt8(ascii: ";")) else { return nil }
            let length = end - bytes.startIndex + 1
            if bytes.starts(with: "&#x".utf8) || bytes.starts(with: "&#X".utf8) {
                return number(bytes[(bytes.startIndex + 3)..<end], radix: 16).map { ($0, length) }
            }
            guard bytes.starts(with: "&#".utf8) else { return nil }
            return number(bytes[(bytes.startIndex + 2)..<end], radix: 10).map { ($0, length) }
        default:
            return nil
        }
    }
}
