/// The parser's place in a text, and the rules that move it on.
///
/// 1. The bytes are checked to be UTF-8 as a whole before anything else, so strings can be cut out of them freely.
/// 2. `index` never passes `bytes.count`; every read of a byte is behind a comparison with it.
/// 3. Recursion is bounded by `maximumDepth`.
struct JSONCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    private var index = 0
    private var depth = 0
    /// Whether a `\u0000` escape was met; a raw NUL is a syntax error.
    private(set) var containsNUL = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Reads the text as one value, to its end or only to that of the value.
    mutating func readDocument(allowsTrailingBytes: Bool) throws(JSONSyntaxError) -> JSONValue {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { throw error(.byteOrderMark, at: 0) }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw self.error(.invalidUTF8, at: error.byteOffsets.lowerBound)
        }
        skipWhiteSpace()
        guard index < bytes.count else { throw error(.empty, at: 0) }
        let value = try readValue()
        if allowsTrailingBytes { return value }
        skipWhiteSpace()
        guard index == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    private mutating func readValue() throws(JSONSyntaxError) -> JSONValue {
        guard index < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "{"): return .object(try readObject())
        case UInt8(ascii: "["): return .array(try readArray())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try readNumber())
        case UInt8(ascii: "t"): return try readLiteral("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readLiteral("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readLiteral("null", as: .null)
        case UInt8(ascii: "+"), UInt8(ascii: "."): throw error(.invalidNumber)
        default: throw error(.expectedValue)
        }
    }

    private mutating func readObject() throws(JSONSyntaxError) -> JSONObject {
        try enter()
        var members: [JSONObject.Member] = []
        skipWhiteSpace()
        if peek(is: UInt8(ascii: "}")) {
            leave()
            return JSONObject()
        }
        members.reserveCapacity(depth == 1 ? 12 : 4)
        while true {
            skipWhiteSpace()
            guard index < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[index] == UInt8(ascii: "\"") else { throw error(.expectedName) }
            let name = try readString()
            skipWhiteSpace()
            guard index < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[index] == UInt8(ascii: ":") else { throw error(.expectedColon) }
            index += 1
            skipWhiteSpace()
            members.append(JSONObject.Member(name: name, value: try readValue()))
            guard try continues(until: UInt8(ascii: "}")) else { return JSONObject(members) }
        }
    }

    private mutating func readArray() throws(JSONSyntaxError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if peek(is: UInt8(ascii: "]")) {
            leave()
            return elements
        }
        while true {
            skipWhiteSpace()
            elements.append(try readValue())
            guard try continues(until: UInt8(ascii: "]")) else { return elements }
        }
    }

    /// Steps over a comma (true) or over the closing bracket (false).
    private mutating func continues(until end: UInt8) throws(JSONSyntaxError) -> Bool {
        skipWhiteSpace()
        guard index < bytes.count else { throw error(.unexpectedEnd) }
        if bytes[index] == UInt8(ascii: ",") {
            index += 1
            return true
        }
        guard bytes[index] == end else { throw error(.expectedCommaOrEnd) }
        leave()
        return false
    }

    private mutating func enter() throws(JSONSyntaxError) {
        guard depth < maximumDepth else { throw error(.tooDeep(maximum: maximumDepth)) }
        depth += 1
        index += 1
    }

    private mutating func leave() {
        depth -= 1
        index += 1
    }

    private mutating func readLiteral(_ word: StaticString, as value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let start = index
        for position in 0..<word.utf8CodeUnitCount {
            guard index < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[index] == word.utf8Start[position] else { throw error(.expectedValue, at: start) }
            index += 1
        }
        return value
    }

    private mutating func readNumber() throws(JSONSyntaxError) -> JSONNumber {
        let start = index
        if peek(is: UInt8(ascii: "-")) { index += 1 }
        let leadingZero = peek(is: UInt8(ascii: "0"))
        let integerDigits = try skipDigits()
        if leadingZero, integerDigits > 1 { throw error(.invalidNumber, at: start) }
        if peek(is: UInt8(ascii: ".")) {
            index += 1
            _ = try skipDigits()
        }
        if peek(is: UInt8(ascii: "e")) || peek(is: UInt8(ascii: "E")) {
            index += 1
            if peek(is: UInt8(ascii: "+")) || peek(is: UInt8(ascii: "-")) { index += 1 }
            _ = try skipDigits()
        }
        return JSONNumber(validSpelling: text(from: start, to: index, isASCII: true))
    }

    /// Steps over at least one digit and says how many there were.
    private mutating func skipDigits() throws(JSONSyntaxError) -> Int {
        let start = index
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index > start else { throw error(index < bytes.count ? .invalidNumber : .unexpectedEnd) }
        return index - start
    }

    /// Reads a string from its opening quote; most have no escape and are cut out in one piece.
    private mutating func readString() throws(JSONSyntaxError) -> String {
        let start = index + 1
        var place = start
        var bits: UInt8 = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                index = place + 1
                return text(from: start, to: place, isASCII: bits < 0x80)
            }
            if byte < 0x20 || byte == UInt8(ascii: "\\") {
                index = place
                guard byte >= 0x20 else { throw error(.controlCharacter) }
                return try readEscapedString(from: start)
            }
            bits |= byte
            place += 1
        }
        index = place
        throw error(.unexpectedEnd)
    }

    private mutating func readEscapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var decoded = [UInt8](bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try readEscape(into: &decoded)
            case 0..<0x20:
                throw error(.controlCharacter)
            default:
                decoded.append(byte)
                index += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func readEscape(into decoded: inout [UInt8]) throws(JSONSyntaxError) {
        let start = index
        guard index + 1 < bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        let letter = bytes[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0c)
        case UInt8(ascii: "n"): decoded.append(0x0a)
        case UInt8(ascii: "r"): decoded.append(0x0d)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): try readUnicodeEscape(from: start, into: &decoded)
        default: throw error(.invalidEscape, at: start)
        }
    }

    private mutating func readUnicodeEscape(from start: Int, into decoded: inout [UInt8]) throws(JSONSyntaxError) {
        var code = UInt32(try readHexadecimal(escapeStart: start))
        if code & 0xfc00 == 0xd800 {
            guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            else {
                throw error(.loneSurrogate, at: start)
            }
            index += 2
            let low = UInt32(try readHexadecimal(escapeStart: index - 2))
            guard low & 0xfc00 == 0xdc00 else { throw error(.loneSurrogate, at: start) }
            code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff))
        }
        if code == 0 { containsNUL = true }
        // What is left without a scalar is a low half that no high half preceded.
        guard let scalar = Unicode.Scalar(code) else { throw error(.loneSurrogate, at: start) }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func readHexadecimal(escapeStart: Int) throws(JSONSyntaxError) -> UInt16 {
        guard index + 4 <= bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        var code: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[index] {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte &- UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6: digit = (byte | 0x20) &- UInt8(ascii: "a") + 10
            default: throw error(.invalidEscape, at: escapeStart)
            }
            code = code << 4 | UInt16(digit)
            index += 1
        }
        return code
    }

    /// The bytes were checked as a whole, and neither end lies within a character.
    private func text(from start: Int, to end: Int, isASCII: Bool) -> String {
        let span = UnsafeBufferPointer(rebasing: bytes[start..<end]).span
        return String(copying: UTF8Span(unchecked: span, isKnownASCII: isASCII))
    }

    private func peek(is byte: UInt8) -> Bool {
        index < bytes.count && bytes[index] == byte
    }

    private mutating func skipWhiteSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private func error(_ reason: JSONSyntaxError.Reason, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(byteOffset: offset ?? index, reason: reason)
    }
}
