/// A request target, taken apart as Go's server does before gin sees it.
struct RequestTarget {
    /// The decoded path: an encoded slash has become a slash like any other.
    let path: [UInt8]
    /// The query as it was sent, without the question mark; nil if there is none.
    let query: String?

    /// Takes `target` apart; nil where Go answers 400 by itself, for a malformed escape.
    init?(_ target: String) {
        let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first.flatMap({ Self.decode($0) }), path.first == UInt8(ascii: "/") else { return nil }
        self.path = path
        self.query = parts.count > 1 ? String(parts[1]) : nil
    }

    /// The first value of the query's parameter `name`; nil if it is absent.
    func parameter(_ name: String) -> String? { self.parameters(name).first }

    func parameters(_ name: String) -> [String] {
        (self.query ?? "").utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map { Self.decode($0, plusIsSpace: true) }
            guard let key = parts.first ?? nil, key.elementsEqual(name.utf8) else { return nil }
            return parts.count == 1 ? "" : parts[1].map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The bytes that a percent-encoded text (RFC 3986, section 2.1) is for; nil if a `%` is not followed by two
    /// hexadecimal digits.
    ///
    /// - Parameter plusIsSpace: As in a query string; in a path a plus sign is a plus sign.
    static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next()?.hexDigitValue, let low = iterator.next()?.hexDigitValue else {
                    return nil
                }
                decoded.append(UInt8(high << 4 | low))
            } else {
                decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return decoded
    }

    /// Encodes a path for a `Location` header: everything but the unreserved characters and `/`.
    static func encodePath(_ path: [UInt8]) -> String {
        path.map { byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~", "/": String(Unicode.Scalar(byte))
            default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
