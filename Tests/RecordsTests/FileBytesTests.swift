import Foundation
import Records
import Testing

@Suite struct FileBytesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "records-\(UUID().uuidString)").path

    private func failure(_ path: String, limit: Int = 100) -> FileBytes.Failure? {
        do throws(FileBytes.Failure) {
            _ = try FileBytes(path: path, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    @Test func `what cannot be read is said in words`() throws {
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: self.folder) }
        let path = self.folder + "/file"
        try Data("12345".utf8).write(to: URL(filePath: path))
        #expect(try FileBytes(path: path, limit: 5).bytes == Array("12345".utf8))
        #expect(self.failure(path, limit: 4) == .other("a file of more than 4 bytes"))
        #expect(self.failure(self.folder) == .other("a directory"))
        #expect(self.failure(self.folder + "/none") == .missing)
        #expect(self.failure(path + "/below") == .other("a file that cannot be read (Not a directory)"))
    }

    @Test(arguments: [ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENXIO, EMFILE, ENFILE, EPIPE, ENOENT, EIO])
    func `a reason of the system has no number`(_ code: Int32) {
        let text = SystemReason.text(of: code)
        #expect(!text.isEmpty && !text.contains { $0.isNumber && code != EACCES && code != EPERM })
    }
}
