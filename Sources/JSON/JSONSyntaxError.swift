/// Why a text is not acceptable JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong at that place.
    public enum Reason: Sendable, Hashable {
        /// There is no value: no byte at all, or white space only.
        case empty
        /// The text starts with a byte order mark.
        case byteOrderMark
        /// A byte sequence is not UTF-8.
        case invalidUTF8
        /// A `\u` escape names half of a surrogate pair without the other half.
        case loneSurrogate
        /// A backslash is followed by something that JSON does not know.
        case invalidEscape
        /// A control character is not escaped in a string.
        case controlCharacter
        /// A number breaks the grammar, such as `01`, `1.` or `+1`.
        case invalidNumber
        /// Arrays and objects are nested deeper than this bound.
        case tooDeep(maximum: Int)
        /// The text ends inside a value.
        case unexpectedEnd
        /// A value had to follow and does not.
        case expectedValue
        /// A member name in double quotes had to follow and does not.
        case expectedName
        /// A colon had to follow a member name and does not.
        case expectedColon
        /// A comma or the closing bracket had to follow and does not.
        case expectedCommaOrEnd
        /// Something other than white space follows the value.
        case trailingBytes
        /// The value had to be an object; the payload says what it is, with its article.
        case notAnObject(found: String)
    }

    /// The place, counted in bytes from the start of the text, the first byte being 0.
    public let byteOffset: Int
    /// What is wrong there.
    public let reason: Reason

    /// An error at a place.
    public init(byteOffset: Int, reason: Reason) {
        self.byteOffset = byteOffset
        self.reason = reason
    }

    /// A sentence without the place, which never repeats any of the text.
    public var explanation: String {
        switch reason {
        case .empty: "there is no JSON value, only white space or nothing"
        case .byteOrderMark: "the text starts with a byte order mark; write UTF-8 without one"
        case .invalidUTF8: "the bytes are not UTF-8; encode the text as UTF-8"
        case .loneSurrogate: "a \\u escape is half of a surrogate pair; write both halves, or the character itself"
        case .invalidEscape: "a backslash starts no escape that JSON knows"
        case .controlCharacter: "a control character stands unescaped in a string; write it as an escape such as \\n"
        case .invalidNumber: "a number is malformed; JSON allows no leading zero, plus sign or bare decimal point"
        case .tooDeep(let maximum): "arrays and objects are nested more than \(maximum) deep"
        case .unexpectedEnd: "the text ends before the value is complete; it may have been cut off"
        case .expectedValue: "a value is expected here: an object, array, string, number, true, false or null"
        case .expectedName: "a member name in double quotes is expected here"
        case .expectedColon: "a colon is expected here, after the member name"
        case .expectedCommaOrEnd: "a comma or the closing bracket is expected here"
        case .trailingBytes: "something follows the JSON value; send one value and nothing after it"
        case .notAnObject(let found): "the value must be a JSON object, and is \(found)"
        }
    }

    /// The explanation with its place.
    public var description: String {
        "at byte \(byteOffset): \(explanation)"
    }
}
