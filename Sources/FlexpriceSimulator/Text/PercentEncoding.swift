/// Percent-encoding of request targets (RFC 3986, section 2.1), over bytes.
enum PercentEncoding {
    /// The bytes that `text` stands for; nil if a `%` is not followed by two hexadecimal digits.
    ///
    /// - Parameter plusIsSpace: As in a query string; in a path a plus sign is a plus sign.
    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(value(ofHexDigit:)),
                    let low = iterator.next().flatMap(value(ofHexDigit:))
                else { return nil }
                decoded.append(high << 4 | low)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                decoded.append(UInt8(ascii: " "))
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    /// Encodes a path for a `Location` header: everything but the unreserved characters and `/`.
    static func encodePath(_ path: [UInt8]) -> String {
        var encoded: [UInt8] = []
        for byte in path {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), hexDigit(byte >> 4, upperCase: true)]
                encoded.append(hexDigit(byte & 0xF, upperCase: true))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The value of one hexadecimal digit of either case, nil for any other byte.
    static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The digit of a value below 16.
    static func hexDigit(_ value: UInt8, upperCase: Bool = false) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : (upperCase ? UInt8(ascii: "A") : UInt8(ascii: "a")) + value - 10
    }
}
