/// Reads JSON text strictly by RFC 8259.
///
/// Repeated member names are kept, for the caller to judge; everything else that the RFC forbids or warns of is an
/// error: byte order marks, bytes that are not UTF-8, lone surrogates, bytes after the value, nesting beyond a bound.
public enum JSONParser {
    /// Reads one value of any kind.
    ///
    /// - Parameters:
    ///   - bytes: The whole text.
    ///   - maximumDepth: How deep arrays and objects may be nested; clamped to 1...512, since each level takes a stack
    ///     frame.
    /// - Throws: The first fault found, with its place.
    public static func parse(_ bytes: [UInt8], maximumDepth: Int = 64) throws(JSONSyntaxError) -> JSONValue {
        try read(bytes, maximumDepth: maximumDepth).value
    }

    /// Reads one value that must be an object.
    ///
    /// - Parameters:
    ///   - bytes: The whole text.
    ///   - maximumDepth: As for `parse(_:maximumDepth:)`.
    /// - Throws: The first fault found; `notAnObject` at byte 0 when the text is valid and another kind of value.
    public static func parseObject(_ bytes: [UInt8], maximumDepth: Int = 64) throws(JSONSyntaxError) -> JSONObject {
        let value = try parse(bytes, maximumDepth: maximumDepth)
        guard case .object(let object) = value else {
            throw JSONSyntaxError(byteOffset: 0, reason: .notAnObject(found: value.kind))
        }
        return object
    }

    /// A value, and whether any string or name in it holds U+0000, which the parser learns for free.
    package struct Reading {
        /// The value.
        package let value: JSONValue
        /// Whether any string or name in it holds U+0000.
        package let containsNUL: Bool
    }

    /// Reads as `parse(_:maximumDepth:)` does, and tells of U+0000 too.
    ///
    /// - Parameter allowsTrailingBytes: Whether the first value is read and what follows it is left alone; it must be
    ///   UTF-8 all the same.
    package static func read(
        _ bytes: [UInt8],
        maximumDepth: Int = 64,
        allowsTrailingBytes: Bool = false
    ) throws(JSONSyntaxError) -> Reading {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONSyntaxError) -> Reading in
            var cursor = JSONCursor(buffer, maximumDepth: min(max(maximumDepth, 1), 512))
            let value = try cursor.readDocument(allowsTrailingBytes: allowsTrailingBytes)
            return Reading(value: value, containsNUL: cursor.containsNUL)
        }
    }
}
