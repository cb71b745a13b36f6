import CustomerContract
import Foundation
import Records
import Testing

/// A record written out as text, one part on a line, compared with a file under `Golden`.
///
/// To record new files after a wanted change of the wire format, run the tests with `RECORD_GOLDEN=1` and read the
/// difference: other people's programs read these bytes.
struct GoldenFile {
    private let path: String

    init(_ name: String) {
        path = (#filePath as NSString).deletingLastPathComponent + "/Golden/\(name).txt"
    }

    func expectEqual(_ message: ProducerRecord, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = Self.text(of: message)
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOfFile: path, encoding: .utf8)
        #expect(Array(text.utf8) == Array(expected.utf8), "\(text)", sourceLocation: sourceLocation)
    }

    private static func text(of message: ProducerRecord) -> String {
        var lines = [
            "topic: \(message.topic)", "partition: \(message.partition.map(String.init) ?? "(any)")",
            "timestamp: \(message.timestamp?.description ?? "(none)")", "key: \(text(of: message.key))",
        ]
        lines += message.headers.map { "header \($0.name): \(text(of: $0.value))" }
        lines.append("value: \(text(of: message.value))")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Bytes as text where they are plain text, else in hexadecimal.
    private static func text(of bytes: [UInt8]?) -> String {
        guard let bytes else { return "(null)" }
        if let text = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
            return text
        }
        return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
