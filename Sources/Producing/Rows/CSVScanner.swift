/// Cuts a file into rows and cells by RFC 4180.
///
/// Cells are separated by commas; one that holds a comma, a quote or an end of line is in double quotes, in which a
/// quote is doubled. Rows end with CR LF, LF or a lone CR. Empty lines are passed over.
struct CSVScanner {
    struct Row {
        let place: RowPlace
        let lastLine: Int
        let cells: [[UInt8]]
        /// What is not as RFC 4180 says, if anything.
        let fault: Fault?
    }

    /// What RFC 4180 does not allow; the payload is the cell, from 1.
    enum Fault: Hashable {
        case quoteInside(cell: Int)
        case textBehindQuote(cell: Int)
        case tooLarge
    }

    private enum State {
        case cellStart
        case plain
        case quoted
        /// Behind a quote in a quoted cell: it ends the cell, or is the first of two.
        case quote
    }

    var bytes: ByteReader
    let maximumBytes: Int

    /// The next row; `nil` at the end.
    ///
    /// - Throws: ``InputFailure`` when a quote is not closed: then it is unknown what is a row.
    mutating func next() throws(InputFailure) -> Row? {
        while let byte = try self.bytes.peek(), byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            _ = try self.bytes.next()
        }
        guard try self.bytes.peek() != nil else { return nil }
        let place = RowPlace(line: self.bytes.line, offset: self.bytes.offset)
        var lastLine = place.line
        var cells: [[UInt8]] = []
        var cell: [UInt8] = []
        var state = State.cellStart
        var fault: Fault?
        var size = 0
        while true {
            lastLine = self.bytes.line
            guard let byte = try self.bytes.next() else { break }
            size += 1
            if size > self.maximumBytes {
                guard state != .quoted else { throw self.unclosed(place) }
                fault = .tooLarge
            }
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")):
                state = .quote
                continue
            case (.quoted, _): break
            case (.quote, UInt8(ascii: "\"")): state = .quoted
            case (_, UInt8(ascii: ",")):
                cells.append(cell)
                cell = []
                state = .cellStart
                continue
            case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")):
                // The LF behind a CR is passed over with the empty lines.
                return Row(place: place, lastLine: lastLine, cells: cells + [cell], fault: fault)
            case (.cellStart, UInt8(ascii: "\"")):
                state = .quoted
                continue
            case (.cellStart, _): state = .plain
            case (.plain, UInt8(ascii: "\"")): fault = fault ?? .quoteInside(cell: cells.count + 1)
            case (.plain, _): break
            case (.quote, _):
                fault = fault ?? .textBehindQuote(cell: cells.count + 1)
                state = .plain
            }
            if fault != .tooLarge { cell.append(byte) }
        }
        guard state != .quoted else { throw self.unclosed(place) }
        return Row(place: place, lastLine: lastLine, cells: cells + [cell], fault: fault)
    }

    private func unclosed(_ place: RowPlace) -> InputFailure {
        self.bytes.failure(
            "a quote that opens in the row of this line is not closed within \(self.maximumBytes) bytes of it, "
                + "so it is unknown where the next row begins",
            line: place.line
        )
    }
}
