import ArgumentParser
import CommandWorker
import Console
import CustomerContract
import FlexpriceSimulator
import Foundation
import Kafka
import Operations
import Records
import Settings
import Topics

/// `try`: everything that a worker needs, in one process, to play with from another terminal.
struct TryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Start a broker, a simulated Flexprice, a worker and its console, and say what to do next.",
        discussion: """
            Needs no configuration and no root. Everything is in memory or in a temporary folder, listens on \
            127.0.0.1, and ends with Ctrl-C. Exit codes: 0 ended by a signal; 69 a port is taken.
            """ + Examples.below("try")
    )

    @OptionGroup var ports: TryPorts

    private static let apiKey = "sk_try"

    func run() async throws {
        ProcessSignals.ignoreEarly()
        let signals = ProcessSignals(of: ProcessSignals.Signal.operators)
        let ports = self.ports
        try ports.check()
        let folder = try TryFolder(ports, apiKey: Self.apiKey)
        defer { folder.remove() }
        ProcessEnd.before { folder.remove() }
        // The environment of a person who has a worker elsewhere must not lead this one there.
        let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("FLEXPRICE_") }
        let configPath = "\(folder.path)/\(TryFolder.settings)"
        let started = try StartedSettings(SettingsSources(configPath: configPath, environment: environment))
        let cluster = try EmbeddedCluster()
        for name in started.settings.worker.topics { try cluster.createTopic(name, partitions: 3) }
        guard let broker = HostAndPort(parsing: cluster.brokers) else {
            throw StartFailure(.internal, "the embedded broker has no address: \(cluster.brokers)")
        }
        let console = try await Console(
            started.settings,
            Console.Place(configPath: configPath, environment: environment),
            logger: started.logger
        )
        let simulator = FlexpriceSimulator(.init(port: ports.apiPort, apiKey: Self.apiKey))
        let status = try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await ports.listening(on: ports.api) { try await simulator.run() }
                return nil
            }
            group.addTask {
                try await ports.listening(on: ports.kafka) {
                    try await BootstrapRelay(broker: broker).run(on: ports.kafka)
                }
                return nil
            }
            group.addTask {
                try await console.run { _ in }
                return nil
            }
            group.addTask {
                try await TryTour(ports: ports, folder: folder).begin(brokers: cluster.brokers, started.settings.worker)
                return nil
            }
            group.addTask {
                try await started.serve(SignalDuty(signals, logger: started.logger, endsWithTerminal: true))
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            return .internal
        }
        withExtendedLifetime(cluster) {}
        if status != .success { throw status.exit }
    }
}

/// What a trial shows first: one command and its result, and what can be done from there.
struct TryTour: Sendable {
    let ports: TryPorts
    let folder: TryFolder

    /// Sends the command, waits for its result, and prints both.
    func begin(brokers: String, _ settings: WorkerSettings) async throws {
        let command = #"{"external_id":"acct_1","name":"Acme"}"#
        let producer = try Producer(ProducerSettings(client: ClientProperties(brokers: brokers)), log: { _ in })
        let record = ProducerRecord(
            topic: settings.commandTopic,
            key: Array("acct_1".utf8),
            value: Array(command.utf8),
            headers: [RecordHeader(name: .correlationID, text: "try")]
        )
        if let error = try await producer.send([record]).values.first { throw error }
        let results = try await DemoResult.collect(1, brokers, settings.resultTopic)
        if Task.isCancelled { return }
        guard let result = results.first else {
            throw StartFailure(.failure, "no result came within a minute; the lines above say why")
        }
        let lines = """
            broker     \(self.ports.kafka)    \(settings.topics.joined(separator: ", "))
            Flexprice  http://\(self.ports.api)/v1    simulated
            worker     http://\(self.ports.admin)/status
            console    http://\(self.ports.console)/    log in with \(self.folder.token)
            sent       \(command)
            result     \(result.event.code)    \(result.answer)

            Try next, in another terminal:
              cd \(self.folder.path)
            \(self.next.map { "  \($0)" }.joined(separator: "\n"))

            This broker drops offsets of transactions: a letter that was redriven or dismissed is listed as waiting.
            Ctrl-C ends it and removes the folder.

            """
        try StandardOutput.write(lines)
        let overriding = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("FLEXPRICE_") }.sorted()
        if !overriding.isEmpty {
            StandardError.write(
                "Unset these first, they win over \(TryFolder.settings): \(overriding.joined(separator: " "))"
            )
        }
    }

    /// As it was called, so that it can be called again from another folder.
    private static var program: String {
        let called = CommandLine.arguments.first ?? "customer-worker"
        return called.contains("/") ? URL(filePath: called).standardizedFileURL.path() : called
    }

    private var next: [String] {
        let program = Self.program
        let (settings, faults) = (TryFolder.settings, "http://\(self.ports.api)/_simulator/faults")
        return [
            "\(program) status --config \(settings)",
            "\(program) produce --wait --config \(settings) \(TryFolder.commands)",
            "\(program) results --config \(settings)",
            "\(program) dlq list --config \(settings)",
            "\(program) explain acct_1 --config \(settings)",
            #"curl -X PUT -d '[{"fault":"unauthorized"}]' \#(faults)    # the key is refused"#,
            #"echo '{"external_id":"acct_4"}' | \#(program) produce --config \#(settings) -"#,
            "\(program) why --config \(settings)",
            "curl -X PUT -d '[]' \(faults)    # and accepted",
        ]
    }
}
