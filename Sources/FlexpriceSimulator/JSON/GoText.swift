/// What Go's `encoding/json` does with texts and this project's reader and writer do not.
enum GoText {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// The text as Go understands it, for a strict reader.
    ///
    /// Go never refuses a string for its Unicode: a byte that begins no well-formed UTF-8 sequence becomes U+FFFD, one
    /// for each byte, and so does half of a surrogate pair. The id that is stored then differs from the one that was
    /// sent. Outside of strings neither is JSON, before or after.
    static func repaired(_ text: [UInt8]) -> [UInt8] {
        replacingHalfPairs(in: replacingIllFormed(in: text))
    }

    /// JSON with the escapes that Go adds to those that it needs.
    ///
    /// They are `<`, `>` and `&` for the sake of HTML, and U+2028 and U+2029, which end a line in JavaScript.
    /// All of them can only be in strings.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(json.count)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte == 0xE2, index + 2 < json.count, json[index + 1] == 0x80, json[index + 2] | 1 == 0xA9 {
                escaped += Array((json[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                index += 3
                continue
            }
            switch byte {
            case UInt8(ascii: "<"): escaped += Array("\\u003c".utf8)
            case UInt8(ascii: ">"): escaped += Array("\\u003e".utf8)
            case UInt8(ascii: "&"): escaped += Array("\\u0026".utf8)
            default: escaped.append(byte)
            }
            index += 1
        }
        return escaped
    }

    private static func replacingIllFormed(in text: [UInt8]) -> [UInt8] {
        var repaired: [UInt8] = []
        var rest = text[...]
        while let fault = firstIllFormed(in: rest) {
            repaired += rest[..<fault]
            repaired += replacement
            rest = rest[(fault + 1)...]
        }
        return repaired.isEmpty ? text : repaired + rest
    }

    private static func firstIllFormed(in text: ArraySlice<UInt8>) -> Int? {
        do {
            _ = try UTF8Span(validating: text.span)
            return nil
        } catch {
            return text.startIndex + error.byteOffsets.lowerBound
        }
    }

    private static func replacingHalfPairs(in text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        var repaired: [UInt8] = []
        repaired.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            var width = text[index] == UInt8(ascii: "\\") ? 2 : 1
            if let unit = codeUnit(in: text, at: index) {
                width = 6
                // Go looks at the next escape only to complete a pair; a half that stays alone is replaced, and the
                // escape behind it is read again on its own.
                if unit & 0xFC00 == 0xD800, let low = codeUnit(in: text, at: index + 6), low & 0xFC00 == 0xDC00 {
                    width = 12
                } else if unit & 0xF800 == 0xD800 {
                    repaired += replacement
                    index += 6
                    continue
                }
            }
            let end = min(index + width, text.count)
            repaired += text[index..<end]
            index = end
        }
        return repaired
    }

    /// The value of the escape `\u` with four hexadecimal digits at that place, if there is one.
    private static func codeUnit(in text: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for digit in text[(index + 2)..<(index + 6)] {
            guard let value = PercentEncoding.value(ofHexDigit: digit) else { return nil }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }
}
