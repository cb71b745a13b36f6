import CustomerContract
import Glibc
import JSON
import Records

/// Masks API keys in text that comes from outside, once, where it is read.
///
/// Some servers say which key they refuse. Of a whole answer the keys that are known are masked, however their bytes
/// are escaped, of an error's words whatever looks like a key of Flexprice (`sk_…`) as well; a customer's own fields
/// are left as they are apart from the known keys.
enum KeyMask {
    /// What replaces a key.
    static let mask = "***"
    /// A known key that is shorter is not looked for: it would be found in many a word.
    static let shortestKey = 8

    /// The bytes with every occurrence of these keys masked.
    static func masked(_ bytes: [UInt8], _ keys: [Secret]) -> [UInt8] {
        var result = bytes
        for key in keys where key.reveal().utf8.count >= Self.shortestKey {
            let secret = Array(key.reveal().utf8)
            var from = 0
            while let place = Self.place(of: secret, in: result, from: from) {
                result.replaceSubrange(place..<(place + secret.count), with: Self.mask.utf8)
                from = place + Self.mask.utf8.count
            }
            if EscapedKey.mayBe(in: result) { result = EscapedKey(secret).masked(result) }
        }
        return result
    }

    /// The text with everything that looks like a key of Flexprice masked.
    static func masked(_ text: String) -> String {
        guard text.utf8.count >= Self.shortestKey, Self.beginnings.contains(where: text.contains) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let end = Self.endOfKey(in: bytes, from: index) {
                result += "sk_".utf8
                result += Self.mask.utf8
                index = end
            } else {
                // What follows an escape of a URL begins again.
                let digits = bytes[index...].dropFirst().prefix(2)
                let isEscape = bytes[index] == UInt8(ascii: "%") && digits.count == 2 && digits.allSatisfy(\.isHexDigit)
                let rest = bytes[index...]
                let end = isEscape ? rest.prefix(3).endIndex : rest.firstIndex { !Self.isOfKey($0) } ?? bytes.count
                result += bytes[index..<max(end, index + 1)]
                index = max(end, index + 1)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// How a key of Flexprice begins, as it is and in a URL.
    private static let beginnings = ["sk_", "sk%5F", "sk%5f"]

    /// Where a key ends that begins here; `nil` when none does.
    private static func endOfKey(in bytes: [UInt8], from start: Int) -> Int? {
        guard let beginning = Self.beginnings.first(where: { bytes[start...].starts(with: $0.utf8) }) else {
            return nil
        }
        let isEscaped = beginning.utf8.contains(UInt8(ascii: "%"))
        let end = bytes[start...].firstIndex { !Self.isOfKey($0) && !(isEscaped && $0 == UInt8(ascii: "%")) }
        guard (end ?? bytes.count) - start >= Self.shortestKey else { return nil }
        return end ?? bytes.count
    }

    /// The object with every string and name in it masked as a text.
    static func masked(_ object: JSONObject) -> JSONObject {
        JSONObject(object.members.map { .init(name: Self.masked($0.name), value: Self.masked($0.value)) })
    }

    private static func masked(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(Self.masked(text))
        case .array(let elements): .array(elements.map { Self.masked($0) })
        case .object(let object): .object(Self.masked(object))
        case .null, .bool, .number: value
        }
    }

    private static func isOfKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func place(of secret: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        unsafe bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return nil }
            var from = start
            // From one byte that could be its first to the next.
            while from + secret.count <= all.count,
                let found = unsafe memchr(base + from, CInt(secret[0]), all.count - from - secret.count + 1)
            {
                if unsafe memcmp(found, secret, secret.count) == 0 { return unsafe UnsafeRawPointer(found) - base }
                unsafe from = UnsafeRawPointer(found) - base + 1
            }
            return nil
        }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
