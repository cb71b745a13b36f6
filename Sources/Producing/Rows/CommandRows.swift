/// The commands of a file, one after the other, in memory that does not grow with the file.
struct CommandRows {
    private enum Format {
        case lines(LineRows)
        case array(ArrayRows)
        case csv(CSVRows)
    }

    private var format: Format

    /// Begins to read; of CSV also the header.
    ///
    /// - Parameter maximumBytes: of a row; a longer one is passed over and reported.
    init(_ file: InputFile, _ format: InputFormat, maximumBytes: Int) throws(InputFailure) {
        let bytes = try ByteReader(file)
        self.format =
            switch format {
            case .jsonl: .lines(LineRows(bytes, maximumBytes: maximumBytes))
            case .json: .array(try ArrayRows(bytes, maximumBytes: maximumBytes))
            case .csv: .csv(try CSVRows(bytes, maximumBytes: maximumBytes))
            }
    }

    /// The next one; `nil` at the end.
    mutating func next() throws(InputFailure) -> InputRow? {
        switch self.format {
        case .lines(var rows):
            defer { self.format = .lines(rows) }
            return try rows.next()
        case .array(var rows):
            defer { self.format = .array(rows) }
            return try rows.next()
        case .csv(var rows):
            defer { self.format = .csv(rows) }
            return try rows.next()
        }
    }

    /// The one at a place, again; what is being read is not moved.
    func row(at place: RowPlace) throws(InputFailure) -> InputRow? {
        switch self.format {
        case .lines(var rows):
            try rows.move(to: place)
            return try rows.next()
        case .array(var rows):
            try rows.move(to: place)
            return try rows.next()
        case .csv(var rows):
            try rows.move(to: place)
            return try rows.next()
        }
    }
}
