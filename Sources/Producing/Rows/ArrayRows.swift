/// One JSON array: finds where each element begins and ends, and leaves what is between to the parser.
struct ArrayRows: RowSource {
    var bytes: ByteReader
    private let maximumBytes: Int
    private var number = 0
    private var isAtEnd = false

    init(_ bytes: ByteReader, maximumBytes: Int) throws(InputFailure) {
        self.bytes = bytes
        self.maximumBytes = maximumBytes
        try self.bytes.skipWhiteSpace()
        guard try self.bytes.next() == UInt8(ascii: "[") else {
            throw self.bytes.failure("expected [, the beginning of an array of commands")
        }
        try self.bytes.skipWhiteSpace()
        if try self.bytes.peek() == UInt8(ascii: "]") { try self.end() }
    }

    mutating func move(to place: RowPlace) throws(InputFailure) {
        try self.bytes.move(to: place)
        self.number = place.number - 1
        self.isAtEnd = false
    }

    mutating func next() throws(InputFailure) -> InputRow? {
        if self.isAtEnd { return nil }
        try self.bytes.skipWhiteSpace()
        self.number += 1
        let place = RowPlace(line: self.bytes.line, element: self.number, offset: self.bytes.offset)
        let (text, isTooLarge) = try self.element(place)
        try self.bytes.skipWhiteSpace()
        switch try self.bytes.peek() {
        case UInt8(ascii: ","): _ = try self.bytes.next()
        case UInt8(ascii: "]"): try self.end()
        case nil: throw self.cutOff
        default: throw self.bytes.failure("expected a comma or ] behind element \(self.number)")
        }
        return InputRow(place, text, isTooLarge ? .tooLarge(maximumBytes: self.maximumBytes) : nil)
    }

    /// The bytes of one value, by its brackets and quotes alone; strings are stepped over, so that those in them do not
    /// count.
    private mutating func element(_ place: RowPlace) throws(InputFailure) -> (text: [UInt8], isTooLarge: Bool) {
        var text: [UInt8] = []
        var isTooLarge = false
        var depth = 0
        var isInString = false
        var isEscaped = false
        scan: while let byte = try self.bytes.peek() {
            var isLast = false
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                isLast = !isInString && depth == 0
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { break scan }
                    depth -= 1
                    isLast = depth == 0
                // A number or a word ends with what cannot belong to it.
                case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                    if depth == 0 { break scan }
                default: break
                }
            }
            _ = try self.bytes.next()
            if text.count < self.maximumBytes { text.append(byte) } else { isTooLarge = true }
            if isLast { return (text, isTooLarge) }
        }
        guard try self.bytes.peek() != nil else { throw self.cutOff }
        guard !text.isEmpty else {
            throw self.bytes.failure("expected element \(place.number) before this comma or bracket", line: place.line)
        }
        return (text, isTooLarge)
    }

    private var cutOff: InputFailure {
        self.bytes.failure("ends within the array, in element \(self.number); it may have been cut off")
    }

    private mutating func end() throws(InputFailure) {
        _ = try self.bytes.next()
        try self.bytes.skipWhiteSpace()
        guard try self.bytes.peek() == nil else {
            throw self.bytes.failure("something follows the array")
        }
        self.isAtEnd = true
    }
}
