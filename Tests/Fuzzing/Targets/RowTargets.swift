import Glibc

@testable import CustomerContract
@testable import JSON
@testable import Producing
@testable import Records
@testable import Topics

/// Files of commands.
///
/// The first byte of the input chooses the format and how long a row may be; with its highest bit the rest is cells to
/// be written as CSV.
/// 1. A row that is read again at its place is the same, and places ascend.
/// 2. Cells that are written as RFC 4180 says are read as they were.
/// 3. Rows of JSON Lines are the elements of an array of them.
/// 4. A command that failed can be read back from its line: the same value, and so the same id.
enum RowsTarget {
    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        let choices = input.byte()
        let text = Array(input.rest)
        guard choices & 0x80 == 0 else { return Self.checkCells(text) }
        let format = InputFormat.allCases[Int(choices & 0x7f) % 3]
        let maximumBytes = choices & 0x40 == 0 ? 1 << 20 : 24
        let rows = Self.rows(text, format, maximumBytes: maximumBytes)
        for row in rows { Self.checkFailure(row) }
        guard format == .jsonl, maximumBytes > 24 else { return }
        let values = rows.filter { (try? JSONParser.parse($0.text)) != nil }.map(\.text)
        let array = Array("[".utf8) + values.joined(separator: Array(",\n".utf8)) + Array("]".utf8)
        let elements = Self.rows(array, .json, maximumBytes: maximumBytes).map { Self.trimmed($0.text) }
        check(elements == values.map(Self.trimmed), "lines are elements")
    }

    private static func rows(_ text: [UInt8], _ format: InputFormat, maximumBytes: Int) -> [InputRow] {
        var found: [InputRow] = []
        do {
            let file = try Self.file(text)
            _ = try? InputFormat(of: file)
            var rows = try CommandRows(file, format, maximumBytes: maximumBytes)
            while let row = try rows.next() {
                if let last = found.last {
                    check(last.place.offset < row.place.offset && last.place.line <= row.place.line, "places ascend")
                }
                check(row.text.count <= max(maximumBytes, 24) || format == .csv, "a row that is bounded")
                if found.count < 20 { check(try rows.row(at: row.place) == row, "a row reads again at its place") }
                found.append(row)
            }
        } catch {
            check(!error.description.isEmpty, "a reason")
        }
        return found
    }

    /// One file without a name, for every input.
    private static let scratch: CInt = {
        var template = Array("/dev/shm/fuzzing.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, unlink(template) == 0 else { fatalError("no file in /dev/shm") }
        return descriptor
    }()

    private static func file(_ text: [UInt8]) throws(InputFailure) -> InputFile {
        guard ftruncate(Self.scratch, 0) == 0, pwrite(Self.scratch, text, text.count, 0) == text.count else {
            fatalError("the file in memory cannot be written")
        }
        return try InputFile(name: "rows", adopting: dup(Self.scratch))
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        var text = text[...]
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return Array(text)
    }

    // MARK: Failures

    private static let rules = RowRules(CommandReader(maximumBytes: 4_096), validates: false)

    private static func checkFailure(_ row: InputRow) {
        guard let command = try? Self.rules.command(row) else { return }
        let record = command.record(to: "t")
        check(record.headers.contains { $0.name == .ceID }, "a command has an id")
        let line = FailureLine.encoded(row, .notSent("x"))
        check(!line.contains(UInt8(ascii: "\n")), "one line")
        do {
            let again = try Self.rules.command(InputRow(row.place, line))
            check(again.id == command.id, "a command that failed keeps its id")
            check(again.key == command.key, "its key")
            // The line says why it failed now, and not in whose dialect it had failed before.
            let earlier = (try? RowContent(row))?.line?["failure"]?.objectValue
            check(earlier?["dialect"] != nil || again.headers == command.headers, "its headers")
        } catch {
            fatalError("a line of failures cannot be read: \(error.message)")
        }
    }

    // MARK: Cells

    private static func checkCells(_ text: [UInt8]) {
        // 0x1E ends a row, 0x1F a cell.
        let rows = text.split(separator: 0x1E, omittingEmptySubsequences: false).map { row in
            row.split(separator: 0x1F, omittingEmptySubsequences: false).map(Array.init)
        }
        var csv: [UInt8] = []
        for row in rows {
            // One empty cell would be an empty line, and is quoted.
            csv += row.map { Self.quoted($0, always: row.count == 1) }.joined(separator: [UInt8(ascii: ",")])
            csv += rows.count % 2 == 0 ? "\r\n".utf8 : "\n".utf8
        }
        let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF]]
        guard !marks.contains(where: { csv.starts(with: $0) }) else { return }
        var read: [[[UInt8]]] = []
        do {
            var scanner = CSVScanner(bytes: try ByteReader(try Self.file(csv)), maximumBytes: 1 << 20)
            while let row = try scanner.next() {
                check(row.fault == nil, "no fault")
                read.append(row.cells)
            }
        } catch {
            fatalError("CSV that is well formed is refused: \(error)")
        }
        check(read == rows, "cells read back")
    }

    private static func quoted(_ cell: [UInt8], always: Bool) -> [UInt8] {
        let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
        guard always || cell.contains(where: special.contains) else { return cell }
        return [0x22] + cell.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
    }
}
