/// JSON Lines: one command a line; empty lines are passed over.
struct LineRows {
    private var bytes: ByteReader
    private let maximumBytes: Int

    init(_ bytes: ByteReader, maximumBytes: Int) {
        self.bytes = bytes
        self.maximumBytes = maximumBytes
    }

    mutating func move(to place: RowPlace) throws(InputFailure) {
        try self.bytes.move(to: place)
    }

    mutating func next() throws(InputFailure) -> InputRow? {
        try self.bytes.skipWhiteSpace()
        guard try self.bytes.peek() != nil else { return nil }
        let place = RowPlace(line: self.bytes.line, offset: self.bytes.offset)
        var text: [UInt8] = []
        var isTooLarge = false
        while let byte = try self.bytes.next(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
            if text.count < self.maximumBytes { text.append(byte) } else { isTooLarge = true }
        }
        return InputRow(place, text, isTooLarge ? .tooLarge(maximumBytes: self.maximumBytes) : nil)
    }
}
