import ArgumentParser
import FlexpriceSimulator
import Operations
import Records
import Settings

/// `simulate-flexprice`: a stand-in for the API, for development and tests.
struct SimulateFlexpriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-flexprice",
        abstract: "Answer as the Flexprice API would, with customers in memory and faults on demand.",
        discussion: Examples.of("simulate-flexprice")
    )

    @Option(help: .value("host:port", "Where to listen; port 0 takes any that is free."))
    var listen = "127.0.0.1:8080"

    @Option(help: .value("key", "The key that requests must carry as x-api-key."))
    var apiKey: String

    @Option(help: "Milliseconds that every answer takes.")
    var latency = 0

    @Option(
        help: .value(
            "file",
            "What goes wrong when: a JSON file of steps, [{\"after_milliseconds\": 5000, \"faults\": [{\"fault\": "
                + "\"unauthorized\"}]}]."
        ),
        completion: .file(extensions: ["json"])
    )
    var script: String?

    func validate() throws {
        if self.address == nil { throw ValidationError("--listen \(self.listen): expected HOST:PORT") }
        if self.latency < 0 { throw ValidationError("--latency \(self.latency): expected 0 or more milliseconds") }
        if self.apiKey.isEmpty { throw ValidationError("--api-key: expected a key, not an empty text") }
    }

    private var address: HostAndPort? { HostAndPort(parsing: self.listen, ports: 0...65_535) }

    func run() async throws {
        guard let address = self.address else { return }
        var configuration = SimulatorConfiguration(host: address.host, port: address.port, apiKey: self.apiKey)
        configuration.latency = .milliseconds(self.latency)
        let script = try self.loadScript()
        let simulator = FlexpriceSimulator(configuration)
        let signals = ProcessSignals(of: [.terminate, .interrupt])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.run() }
            let port: Int
            do {
                port = try await simulator.port
            } catch {
                throw StartFailure(binding: address, of: "--listen", error)
            }
            try StandardOutput.write("listening on http://\(HostAndPort(host: address.host, port: port))/v1\n")
            if let script { group.addTask { try await script.play(on: simulator.state) } }
            for await _ in signals.stream { break }
            group.cancelAll()
        }
    }

    private func loadScript() throws -> FaultScript? {
        guard let path = self.script else { return nil }
        let bytes = try FileBytes.read(path, of: "--script", limit: 64 << 20, expecting: "a file of steps")
        do {
            return try FaultScript(json: bytes)
        } catch {
            throw ExitStatus.badInput.exit("--script \(path): \(error)")
        }
    }
}
