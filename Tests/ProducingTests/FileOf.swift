import Foundation

@testable import Producing

/// A file with this content, as produce opens it.
func file(_ bytes: [UInt8], name: String = "test.csv") throws -> InputFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "producing-\(UUID().uuidString)").path
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try InputFile(name: name, adopting: open(path, O_RDONLY))
}

/// All rows of a file.
func rows(_ text: String, _ format: InputFormat, maximumBytes: Int = 1 << 16) throws -> [InputRow] {
    try rows(Array(text.utf8), format, maximumBytes: maximumBytes)
}

/// All rows of a file that need not be UTF-8.
func rows(_ bytes: [UInt8], _ format: InputFormat, maximumBytes: Int = 1 << 16) throws -> [InputRow] {
    var source = try CommandRows(file(bytes), format, maximumBytes: maximumBytes)
    var rows: [InputRow] = []
    while let row = try source.next() { rows.append(row) }
    return rows
}

extension InputRow {
    /// The text, for comparing.
    var string: String { String(decoding: self.text, as: UTF8.self) }
}
