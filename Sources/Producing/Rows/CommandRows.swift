/// Cuts a file into rows, by the rules of one format.
protocol RowSource: Sendable {
    var bytes: ByteReader { get set }

    /// The next row; `nil` at the end.
    mutating func next() throws(InputFailure) -> InputRow?

    /// Goes to a place where a row begins.
    mutating func move(to place: RowPlace) throws(InputFailure)
}

extension RowSource {
    mutating func move(to place: RowPlace) throws(InputFailure) { try self.bytes.move(to: place) }
}

/// The commands of a file, one after the other, in memory that does not grow with the file.
struct CommandRows {
    private var source: any RowSource

    /// Begins to read; of CSV also the header.
    ///
    /// - Parameter maximumBytes: of a row; a longer one is passed over and reported.
    init(_ file: InputFile, _ format: InputFormat, maximumBytes: Int) throws(InputFailure) {
        let bytes = try ByteReader(file)
        self.source =
            switch format {
            case .jsonl: LineRows(bytes: bytes, maximumBytes: maximumBytes)
            case .json: try ArrayRows(bytes, maximumBytes: maximumBytes)
            case .csv: try CSVRows(bytes, maximumBytes: maximumBytes)
            }
    }

    /// The next one; `nil` at the end.
    mutating func next() throws(InputFailure) -> InputRow? { try self.source.next() }

    /// The one at a place, again; what is being read is not moved.
    func row(at place: RowPlace) throws(InputFailure) -> InputRow? {
        var source = self.source
        try source.move(to: place)
        return try source.next()
    }
}

/// JSON Lines: one command a line; empty lines are passed over.
struct LineRows: RowSource {
    var bytes: ByteReader
    let maximumBytes: Int

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
