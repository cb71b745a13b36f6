/// What Go's `encoding/json` does with texts and this project's reader and writer do not.
enum GoText {
    private static let replacement = Array("\u{FFFD}".utf8)

    /// The text as Go understands it, for a strict reader.
    ///
    /// Go never refuses a string for its Unicode: a byte that begins no well-formed UTF-8 sequence becomes U+FFFD, one
    /// for each byte, and so does half of a surrogate pair. The id that is stored then differs from the one that was
    /// sent. Outside of strings neither is JSON, before or after.
    static func repaired(_ text: [UInt8]) -> [UInt8] {
        Self.replacingHalfPairs(in: Self.replacingIllFormed(in: text))
    }

    /// JSON with the escapes that Go adds to those that it needs.
    ///
    /// They are `<`, `>` and `&` for the sake of HTML, and U+2028 and U+2029, which end a line in JavaScript.
    /// All of them can only be in strings.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { "<>&".utf8.contains($0) || $0 == 0xE2 }) else { return json }
        var escaped: [UInt8] = []
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "<": escaped += Array("\\u003c".utf8)
            case ">": escaped += Array("\\u003e".utf8)
            case "&": escaped += Array("\\u0026".utf8)
            case "\u{2028}": escaped += Array("\\u2028".utf8)
            case "\u{2029}": escaped += Array("\\u2029".utf8)
            default: escaped += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        return escaped
    }

    private static func replacingIllFormed(in text: [UInt8]) -> [UInt8] {
        var repaired: [UInt8] = []
        var rest = text[...]
        while let fault = Self.firstIllFormed(in: rest) {
            repaired += rest[..<fault] + Self.replacement
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
            if let unit = Self.codeUnit(in: text, at: index) {
                width = 6
                // Go looks at the next escape only to complete a pair; a half that stays alone is replaced, and the
                // escape behind it is read again on its own.
                if unit & 0xFC00 == 0xD800, let low = Self.codeUnit(in: text, at: index + 6), low & 0xFC00 == 0xDC00 {
                    width = 12
                } else if unit & 0xF800 == 0xD800 {
                    repaired += Self.replacement
                    index += 6
                    continue
                }
            }
            repaired += text[index..<min(index + width, text.count)]
            index += width
        }
        return repaired
    }

    /// The value of the escape `\u` with four hexadecimal digits at that place, if there is one.
    private static func codeUnit(in text: [UInt8], at index: Int) -> Int? {
        guard index + 6 <= text.count, text[index...].starts(with: "\\u".utf8) else { return nil }
        let digits = text[(index + 2)..<(index + 6)].compactMap(\.hexDigitValue)
        return digits.count == 4 ? digits.reduce(0) { $0 << 4 | $1 } : nil
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit of either case, nil for any other byte.
    var hexDigitValue: Int? { Character(Unicode.Scalar(self)).hexDigitValue }
}
