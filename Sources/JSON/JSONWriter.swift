import Records

/// Writes compact JSON, with the fewest escapes that RFC 8259 allows.
///
/// The caller is responsible for the shape: names only inside objects, every `begin` with its `end`. Commas come by
/// themselves.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.name("status")
/// writer.string("created")
/// writer.endObject()
/// ```
public struct JSONWriter: Sendable {
    @usableFromInline var output: [UInt8] = []
    /// Whether a comma must come before the next name or element.
    @usableFromInline var needsComma = false

    /// What has been written so far.
    @inlinable public var bytes: [UInt8] { output }

    /// An empty writer; the capacity is a guess in bytes that saves growing.
    @inlinable
    public init(capacity: Int = 0) {
        output.reserveCapacity(capacity)
    }

    /// The JSON text of one value.
    public static func encode(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.write(value)
        return writer.bytes
    }

    /// The JSON text of one object.
    public static func encode(_ object: JSONObject) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.write(object)
        return writer.bytes
    }

    /// Opens an object.
    @inlinable
    public mutating func beginObject() {
        separate()
        output.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes the innermost object.
    @inlinable
    public mutating func endObject() {
        output.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array.
    @inlinable
    public mutating func beginArray() {
        separate()
        output.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes the innermost array.
    @inlinable
    public mutating func endArray() {
        output.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member's name; its value must follow.
    @inlinable
    public mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        output.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name that needs no escapes, as it is; its value must follow.
    public mutating func plainName(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        output.append(addingCapacity: count + 4) { (output: inout OutputSpan<UInt8>) in
            if self.needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            output.append(copying: UnsafeBufferPointer(start: name.utf8Start, count: count))
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// Writes a string.
    @inlinable
    public mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
        needsComma = true
    }

    /// Writes a string of bytes that need no escapes, as they are.
    package mutating func plainString(_ text: [UInt8]) {
        text.withUnsafeBufferPointer { plainString($0) }
    }

    /// Writes a string that needs no escapes, as it is.
    package mutating func plainString(_ text: StaticString) {
        plainString(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func plainString(_ text: UnsafeBufferPointer<UInt8>) {
        output.append(addingCapacity: text.count + 3) { (output: inout OutputSpan<UInt8>) in
            if self.needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            output.append(copying: text)
            output.append(UInt8(ascii: "\""))
        }
        needsComma = true
    }

    /// Writes a string of what the closure appends, which must need no escapes.
    @inlinable
    package mutating func plainString(_ append: (inout [UInt8]) -> Void) {
        separate()
        output.append(UInt8(ascii: "\""))
        append(&output)
        output.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Writes a whole number.
    @inlinable
    public mutating func integer(_ value: some FixedWidthInteger & SignedInteger) {
        integer(Int64(value))
    }

    /// Writes a whole number.
    public mutating func integer(_ value: Int64) {
        separate()
        output.appendDecimal(value)
        needsComma = true
    }

    /// Writes `true` or `false`.
    @inlinable
    public mutating func bool(_ value: Bool) {
        separate()
        output.append(contentsOf: (value ? "true" : "false").utf8)
        needsComma = true
    }

    /// Writes `null`.
    @inlinable
    public mutating func null() {
        separate()
        output.append(contentsOf: "null".utf8)
        needsComma = true
    }

    /// Splices in one value that is JSON already; it is not checked.
    @inlinable
    public mutating func raw(_ json: [UInt8]) {
        separate()
        output.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value of any kind.
    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let number):
            separate()
            output.append(contentsOf: number.spelling.utf8)
            needsComma = true
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let object): write(object)
        }
    }

    /// Writes an object with its members in their order.
    public mutating func write(_ object: JSONObject) {
        beginObject()
        for member in object.members {
            name(member.name)
            write(member.value)
        }
        endObject()
    }

    @inlinable
    mutating func separate() {
        if needsComma { output.append(UInt8(ascii: ",")) }
    }

    @usableFromInline
    mutating func appendQuoted(_ text: String) { output.appendQuoted(text) }
}

extension [UInt8] {
    /// Appends a string in quotes, escaping only what JSON requires: the quote, the backslash and U+0000 to U+001F.
    package mutating func appendQuoted(_ text: String) {
        text.withBytes { bytes in
            guard Self.mayNeedEscape(bytes) else {
                return self.append(addingCapacity: bytes.count + 2) { (output: inout OutputSpan<UInt8>) in
                    output.append(UInt8(ascii: "\""))
                    output.append(copying: bytes)
                    output.append(UInt8(ascii: "\""))
                }
            }
            append(UInt8(ascii: "\""))
            var start = 0
            for (index, byte) in bytes.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                appendEscape(of: byte)
                start = index + 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
            append(UInt8(ascii: "\""))
        }
    }

    /// Whether a string in quotes may differ from its bytes.
    package static func mayNeedEscape(_ text: String) -> Bool { text.withBytes { mayNeedEscape($0) } }

    /// Whether a byte may need an escape; looks at eight at a time, the last eight overlapping those before.
    package static func mayNeedEscape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        guard bytes.count >= 8 else {
            // What fills the word up needs none.
            var word: UInt64 = 0x2020_2020_2020_2020
            for byte in bytes { word = word << 8 | UInt64(byte) }
            return needsEscape(word)
        }
        var place = 0
        while place < bytes.count - 8 {
            if needsEscape(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) { return true }
            place += 8
        }
        return needsEscape(raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    }

    /// Whether any of eight bytes is below 0x20, a quote or a backslash; says yes of a few that are none of these.
    private static func needsEscape(_ word: UInt64) -> Bool {
        let (ones, highs) = (UInt64(0x0101_0101_0101_0101), UInt64(0x8080_8080_8080_8080))
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5c)
        // A byte below n borrows from its highest bit when n is taken away, unless that bit was set before.
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return found & highs != 0
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0a: append(UInt8(ascii: "n"))
        case 0x0c: append(UInt8(ascii: "f"))
        case 0x0d: append(UInt8(ascii: "r"))
        case 0..<0x20:
            append(contentsOf: "u00".utf8)
            append(UInt8(ascii: "0") + byte >> 4)
            append(byte & 0xf < 10 ? UInt8(ascii: "0") + byte & 0xf : UInt8(ascii: "a") + (byte & 0xf) - 10)
        default: append(byte)
        }
    }
}
