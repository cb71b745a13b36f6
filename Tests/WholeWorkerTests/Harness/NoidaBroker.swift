import Foundation
import Glibc
import Kafka
import Synchronization

/// A Kafka-compatible broker in a process of its own, on a free port of loopback, with its data in a folder that goes
/// with it.
///
/// `Tests/Scripts/setup.sh tests` installs it.
final class NoidaBroker: Sendable {
    let brokers: String
    private let folder: URL
    private let process = Mutex<ChildProcess?>(nil)

    struct NotInstalled: Error, CustomStringConvertible {
        var description: String { "no broker to test against: run Tests/Scripts/setup.sh tests" }
    }

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "customer-worker-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.brokers = "127.0.0.1:\(try FreePort.find())"
        try self.start()
    }

    deinit {
        self.process.withLock { $0 }?.end(with: SIGKILL)
        try? FileManager.default.removeItem(at: self.folder)
    }

    func start() throws {
        let program = Self.root.appending(path: ".build/test-tools/noida-db")
        guard FileManager.default.isExecutableFile(atPath: program.path) else { throw NotInstalled() }
        let port = String(self.brokers.split(separator: ":")[1])
        let child = try ChildProcess(
            program.path,
            ["start", "--data-dir", self.folder.path, "--only", "kafka", "--kafka-port", port]
        )
        self.process.withLock { $0 = child }
    }

    /// TERM, and waits for the end: the broker writes its data.
    func stop() {
        self.process.withLock { process in
            defer { process = nil }
            return process
        }?.end(with: SIGTERM)
    }

    /// Waits until it answers, and creates topics.
    ///
    /// - Parameter largestRecord: `max.message.bytes` of each topic that is named; the broker's own, a megabyte, for
    ///   others.
    func create(_ topics: [String], partitions: Int, largestRecord: [String: Int] = [:]) async throws {
        let admin = try Admin(ClientProperties(brokers: self.brokers), log: { _ in })
        _ = try await admin.topics(timeout: .seconds(30))
        for topic in topics {
            var new = NewTopic(name: topic, partitions: partitions, replicationFactor: 1)
            if let bytes = largestRecord[topic] { new.configuration["max.message.bytes"] = "\(bytes)" }
            try await admin.create(new)
        }
    }

    /// The package's folder, from where this file stands.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}

/// Ports that nobody listens on.
enum FreePort {
    static func find() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard result else { throw CocoaError(.fileNoSuchFile) }
        return UInt16(bigEndian: address.sin_port)
    }
}
