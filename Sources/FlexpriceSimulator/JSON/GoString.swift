/// The content of a JSON string as Go stores it.
///
/// Go never refuses a string for its Unicode: a byte that begins no well-formed UTF-8 sequence becomes U+FFFD, one for
/// each byte, and so does half of a surrogate pair. The id that is stored then differs from the one that was sent.
enum GoString {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Decodes the text between the quotes; its escapes must have been checked.
    static func decode(_ text: ArraySlice<UInt8>) -> String {
        var content: [UInt8] = []
        content.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "\\") {
                index = decodeEscape(in: text, at: index, into: &content)
            } else if byte < 0x80 {
                content.append(byte)
                index += 1
            } else if let length = wellFormedLength(in: text, at: index) {
                content += text[index..<(index + length)]
                index += length
            } else {
                content += replacement
                index += 1
            }
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// The value of four hexadecimal digits, nil if `digits` is anything else.
    static func codeUnit(of digits: ArraySlice<UInt8>) -> UInt16? {
        guard digits.count == 4 else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            guard let nibble = PercentEncoding.value(ofHexDigit: digit) else { return nil }
            value = value << 4 | UInt16(nibble)
        }
        return value
    }

    /// Appends what the escape at `index` stands for and gives the index behind it.
    private static func decodeEscape(in text: ArraySlice<UInt8>, at index: Int, into content: inout [UInt8]) -> Int {
        switch text[index + 1] {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): return decodeUnicodeEscape(in: text, at: index, into: &content)
        case let byte: content.append(byte)
        }
        return index + 2
    }

    private static func decodeUnicodeEscape(
        in text: ArraySlice<UInt8>,
        at index: Int,
        into content: inout [UInt8]
    ) -> Int {
        let end = index + 6
        guard let unit = codeUnit(of: text[(index + 2)..<end]) else { return end }
        if let scalar = Unicode.Scalar(unit) {
            content += Array(String(scalar).utf8)
            return end
        }
        // Go looks at the next escape only to complete a pair; a half that stays alone is replaced, and the escape
        // behind it is read again on its own.
        let lowEnd = end + 6
        if unit < 0xDC00, lowEnd <= text.endIndex, text[end] == UInt8(ascii: "\\"), text[end + 1] == UInt8(ascii: "u"),
            let low = codeUnit(of: text[(end + 2)..<lowEnd]), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        {
            content += Array(String(scalar).utf8)
            return lowEnd
        }
        content += replacement
        return end
    }

    /// The length of the well-formed UTF-8 sequence that begins at `index` (RFC 3629), nil if there is none.
    private static func wellFormedLength(in text: ArraySlice<UInt8>, at index: Int) -> Int? {
        let lead = text[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= text.endIndex, second.contains(text[index + 1]) else { return nil }
        for continuation in text[(index + 2)..<(index + length)] where continuation & 0xC0 != 0x80 { return nil }
        return length
    }
}
