import Foundation
import Settings
import Testing

@testable import Operations

@Suite struct StoreCheckTests {
    private static func state(_ path: String) async -> CheckFinding.State {
        await StoreCheck.run(.sqlite(path: path)).state
    }

    @Test func `a place that can be written is fine, and nothing is made there`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "ledger.sqlite").path
        #expect([.fine, .warning].contains(await Self.state(path)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        #expect(await Self.state(folder.path + "/missing/ledger.sqlite") == .failed(.notPermitted))
        #expect(await Self.state(folder.path) == .failed(.configuration))
        #expect(await Self.state(":memory:") == .warning)
    }
}
