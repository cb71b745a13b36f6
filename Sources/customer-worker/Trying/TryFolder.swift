import ArgumentParser
import Foundation
import Glibc
import NIOCore
import Operations
import Records
import Settings

/// The folder of a trial: its settings, its ledger, and commands to send.
struct TryFolder: Sendable {
    /// Where it is.
    let path: String

    /// What logs an operator in at the console.
    let token: String

    /// The settings, a file in the folder.
    static let settings = "try.yaml"
    /// Who can log in at the console, a file in the folder.
    static let tokens = "console.tokens"
    /// Commands to send, a file in the folder.
    static let commands = "commands.jsonl"

    /// Makes the folder and its files, for this user alone.
    ///
    /// - Throws: ``StartFailure`` when there can be none.
    init(_ ports: TryPorts, apiKey: String) throws(StartFailure) {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/customer-worker-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let remedy = "set TMPDIR to one that can be written"
            throw StartFailure(.notPermitted, "no folder can be made in \(parent): \(SystemReason.last); \(remedy)")
        }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.token = String(UInt128.random(in: 1 << 120 ... .max), radix: 36)
        try self.write(Self.tokens, "you \(self.token)\n")
        try self.write(Self.settings, self.settingsText(ports, apiKey))
        try self.write(Self.commands, Self.commandsText)
    }

    /// Takes it away, with everything in it.
    func remove() {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    private func write(_ name: String, _ text: String) throws(StartFailure) {
        let isWritten = FileManager.default.createFile(
            atPath: "\(self.path)/\(name)",
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        if !isWritten { throw StartFailure(.failure, "\(self.path)/\(name) cannot be written; is the disk full?") }
    }

    private func settingsText(_ ports: TryPorts, _ apiKey: String) -> String {
        """
        # The settings of one trial; they end with it. «customer-worker config init» writes a file to keep.
        kafka:
          brokers: ["\(ports.kafka)"]
          # A member of the group that is killed is missed after this; by default after 45 s.
          properties: { session.timeout.ms: 6000, heartbeat.interval.ms: 500 }
        backend: flexprice
        api:
          host: "http://\(ports.api)"
          key: \(apiKey)
        store:
          url: "sqlite:\(self.path)/customers.sqlite"
        admin:
          listen: "\(ports.admin)"
        console:
          listen: "\(ports.console)"
          operator_tokens_file: \(self.path)/\(Self.tokens)
        log:
          level: warning

        """
    }

    /// One that differs from the command that was sent before, so that there is a dead letter.
    private static let commandsText = """
        {"external_id":"acct_2","name":"Globex","email":"billing@globex.com","address_country":"IN"}
        {"external_id":"acct_3","name":"Initech","metadata":{"plan":"pro"}}
        {"external_id":"acct_1","name":"Another Acme"}

        """
}

/// Where the parts of a trial listen, all on loopback.
struct TryPorts: ParsableArguments {
    @Option(help: .value("port", "Where Kafka clients begin."))
    var kafkaPort = 9_092

    @Option(help: .value("port", "The simulated Flexprice."))
    var apiPort = 8_080

    @Option(help: .value("port", "The worker's admin endpoint."))
    var adminPort = 9_464

    @Option(help: .value("port", "The console's pages."))
    var consolePort = 9_480

    var kafka: HostAndPort { HostAndPort(host: "127.0.0.1", port: self.kafkaPort) }
    var api: HostAndPort { HostAndPort(host: "127.0.0.1", port: self.apiPort) }
    var admin: HostAndPort { HostAndPort(host: "127.0.0.1", port: self.adminPort) }
    var console: HostAndPort { HostAndPort(host: "127.0.0.1", port: self.consolePort) }

    private var all: [(option: String, address: HostAndPort)] {
        [
            ("--kafka-port", self.kafka), ("--api-port", self.api), ("--admin-port", self.admin),
            ("--console-port", self.console),
        ]
    }

    func validate() throws {
        for (option, address) in self.all where !(1...65_535).contains(address.port) {
            throw ValidationError("\(option) \(address.port): expected 1 to 65535")
        }
        guard Set(self.all.map(\.address.port)).count == self.all.count else {
            let options = self.all.map(\.option).joined(separator: ", ")
            throw ValidationError("\(options): expected four different ports")
        }
    }

    /// Makes sure that each of them is free, before anything is begun.
    ///
    /// - Throws: ``StartFailure`` that names the port, its part and the option for another one.
    func check() throws(StartFailure) {
        for (option, address) in self.all where !Self.isFree(address.port) {
            let remedy = "end it, or name another port with \(option)"
            throw StartFailure(.unavailable, "another program listens on \(address): \(remedy)")
        }
    }

    /// Runs what listens on one of them; that nothing can listen there is told in words.
    func listening(on address: HostAndPort, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as IOError {
            let reason = SystemReason.text(of: error.errnoCode)
            throw StartFailure(.unavailable, "nothing can listen on \(address): \(reason)")
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
