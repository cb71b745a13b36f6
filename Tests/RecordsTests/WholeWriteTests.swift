import Foundation
import Records
import Testing

@Suite struct WholeWriteTests {
    @discardableResult private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        Array(text.utf8).withUnsafeBytes { WholeWrite.write($0, to: descriptor) }
    }

    @Test func `lines of many threads arrive whole`() async throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        // Fifty lines of at most 1,000 bytes fit into a pipe's 64 KiB, so nobody waits for the reader.
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask { Self.write(String(repeating: "\(index % 10)", count: 999) + "\n", to: descriptor) }
            }
        }
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 50)
        #expect(lines.allSatisfy { $0.count == 999 && Set($0).count == 1 })
    }

    @Test func `a closed descriptor loses the line and nothing else`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(Self.write("lost\n", to: -1) == EBADF)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        #expect(Self.write("kept\n", to: descriptor) == nil)
        #expect(Self.write("", to: descriptor) == nil)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept\n")
    }
}
