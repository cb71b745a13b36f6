import Foundation
import PostgreSQL
import Synchronization

/// Debian's PostgreSQL on a socket of its own, one for all tests of this process: `Tests/Scripts/postgres.sh` runs it,
/// and ends it when this process ends, however it ends.
actor TestPostgres {
    static let shared = TestPostgres()

    private var starting: Task<String, any Error>?
    /// Its standard input is what keeps the server running.
    private var input: Pipe?
    private var schemas = 0

    /// The folder of the socket.
    func folder() async throws -> String {
        if let starting { return try await starting.value }
        let input = Pipe()
        self.input = input
        let task = Task { try await Self.start(input) }
        self.starting = task
        return try await task.value
    }

    /// A URI with an empty schema of its own, and what makes it with other means.
    func newSchema(_ more: String = "") async throws -> (uri: String, name: String) {
        let folder = try await self.folder()
        self.schemas += 1
        let name = "test_\(self.schemas)"
        try await self.administer("CREATE SCHEMA \(name)")
        return ("postgres:///postgres?host=\(folder)&user=postgres&options=-csearch_path%3D\(name)\(more)", name)
    }

    /// Runs statements as the superuser.
    nonisolated func administer(_ sql: String) async throws {
        let uri = "postgres:///postgres?host=\(try await self.folder())&user=postgres"
        let address = try ServerAddress(uri: uri, description: uri)
        try await Connection(address, preamble: "", patience: .seconds(20)).script(sql)
    }

    private static func start(_ input: Pipe) async throws -> String {
        // Not the folder for temporary files, whose path may be too long for a socket.
        let folder = "/tmp/cw-pg-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let output = Pipe()
        let process = Process()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        process.executableURL = root.appending(path: "Scripts/postgres.sh")
        process.arguments = ["--temporary", folder, "fsync=off", "max_connections=200"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // A thread of its own for what blocks.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
                if said.hasPrefix("ready") {
                    continuation.resume(returning: folder)
                } else {
                    continuation.resume(throwing: Failure(description: "PostgreSQL did not start: see \(folder)"))
                }
            }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
