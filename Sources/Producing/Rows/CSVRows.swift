import CustomerContract
import JSON

/// The commands of a CSV file: one a row, its cells under the names of the header.
///
/// An empty cell is an absent field. Lists and objects are JSON in a cell, entries of the metadata in columns of their
/// own.
struct CSVRows: RowSource {
    private var scanner: CSVScanner
    private let header: CSVHeader
    private let maximumBytes: Int

    init(_ bytes: ByteReader, maximumBytes: Int) throws(InputFailure) {
        self.scanner = CSVScanner(bytes: bytes, maximumBytes: maximumBytes)
        self.maximumBytes = maximumBytes
        guard let first = try self.scanner.next() else {
            throw InputFailure(bytes.file, "is empty; expected a header such as external_id,name,email")
        }
        self.header = try CSVHeader(first, of: bytes.file)
    }

    var bytes: ByteReader {
        get { self.scanner.bytes }
        set { self.scanner.bytes = newValue }
    }

    mutating func next() throws(InputFailure) -> InputRow? {
        guard let row = try self.scanner.next() else { return nil }
        if let problem = self.problem(of: row) {
            let text = try self.bytes.bytes(from: row.place.offset, to: self.bytes.offset, atMost: self.maximumBytes)
            let last = text.lastIndex { $0 != 0x0A && $0 != 0x0D } ?? -1
            return InputRow(row.place, Array(text[...last]), problem)
        }
        return self.command(row)
    }

    private func problem(of row: CSVScanner.Row) -> RowProblem? {
        let reason: String
        switch row.fault {
        case .tooLarge: return .tooLarge(maximumBytes: self.maximumBytes)
        case .quoteInside(let cell):
            reason = "\(self.name(cell)) has a quote inside; put the cell into quotes and double the one inside"
        case .textBehindQuote(let cell):
            reason = "\(self.name(cell)) goes on behind its closing quote; double a quote that belongs to the text"
        case nil where row.cells.count != self.header.columns.count:
            reason =
                "has \(row.cells.count) \(row.cells.count == 1 ? "cell" : "cells") and the header has "
                + "\(self.header.columns.count); put a cell with commas into quotes"
        case nil:
            guard let index = row.cells.firstIndex(where: { String(validating: $0, as: UTF8.self) == nil }) else {
                return nil
            }
            reason = "\(self.name(index + 1)) is not UTF-8; save the file as UTF-8"
        }
        let lines = row.lastLine > row.place.line ? " (the row goes on to line \(row.lastLine))" : ""
        return RowProblem(code: "invalid_csv", message: reason + lines)
    }

    private func name(_ cell: Int) -> String {
        cell <= self.header.names.count ? self.header.names[cell - 1] : "cell \(cell)"
    }

    private func command(_ row: CSVScanner.Row) -> InputRow {
        var fields = JSONObject()
        var metadata = JSONObject()
        var problem: RowProblem?
        for (index, column) in self.header.columns.enumerated() where !row.cells[index].isEmpty {
            let cell = row.cells[index]
            let text = JSONValue.string(String(decoding: cell, as: UTF8.self))
            let name = self.header.names[index]
            switch column {
            case .text: fields.members.append(.init(name: name, value: text))
            case .metadata(let key): metadata.members.append(.init(name: key, value: text))
            case .boolean: fields.members.append(.init(name: name, value: Self.boolean(cell) ?? text))
            case .json:
                do throws(JSONSyntaxError) {
                    fields.members.append(.init(name: name, value: try JSONParser.parse(cell)))
                } catch {
                    fields.members.append(.init(name: name, value: text))
                    let message = "\(name) must be JSON: at byte \(error.byteOffset), \(error.explanation)"
                    problem = problem ?? RowProblem(code: RowProblem.cellCode, message: message)
                }
            }
        }
        if !metadata.members.isEmpty {
            fields.members.append(.init(name: KnownField.metadata.fieldName, value: .object(metadata)))
        }
        return InputRow(row.place, JSONWriter.encode(fields), problem)
    }

    /// True and false as people and spreadsheets write them; anything else is left to the rules.
    private static func boolean(_ cell: [UInt8]) -> JSONValue? {
        switch String(decoding: cell, as: UTF8.self) {
        case "true", "TRUE", "True": .bool(true)
        case "false", "FALSE", "False": .bool(false)
        default: nil
        }
    }
}
