import ArgumentParser
import CommandWorker
import CustomerContract
import FlexpriceAPI
import FlexpriceSimulator
import Kafka
import Ledger
import Logging
import Operations
import Records
import Topics

/// `demo`: everything in one process, so that a newcomer sees it work.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Start a broker, a simulated Flexprice and the worker in this process, and show what becomes of a mix of "
            + "commands.",
        discussion: Examples.of("demo")
    )

    @Flag(help: "Print the results as JSON.")
    var json = false

    func run() async throws {
        let outcome = try await Demo().run()
        print(self.json ? outcome.table.json : outcome.table.text(width: Terminal.width), terminator: "")
        StandardError.write(outcome.summary)
        guard outcome.isAsExpected else { throw ExitStatus.failure.exit }
        StandardError.write(
            """

            Try next:
              customer-worker try
                  keeps all of it up, to send commands of your own
              customer-worker config show
                  every setting, its value and where it comes from
              customer-worker simulate-flexprice --listen 127.0.0.1:8080 --api-key test
                  an API to call
            """
        )
    }
}

/// The demo's parts: an embedded broker, a simulated Flexprice, and the worker between them.
struct Demo {
    /// What came of it.
    struct Outcome {
        let table: TextTable
        let summary: String
        let isAsExpected: Bool
    }

    private let cluster: EmbeddedCluster
    private let simulator: FlexpriceSimulator

    init() throws {
        self.cluster = try EmbeddedCluster()
        self.simulator = FlexpriceSimulator(.init(apiKey: "sk_demo"))
    }

    /// Runs the mix once, and shows how far it is.
    func run() async throws -> Outcome {
        let display = ProgressDisplay()
        let start = ContinuousClock.now
        let settings = WorkerSettings()
        for topic in settings.topics { try self.cluster.createTopic(topic, partitions: 3) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.simulator.run() }
            let port = try await self.simulator.port
            StandardError.write("broker \(self.cluster.brokers), Flexprice (simulated) http://127.0.0.1:\(port)/v1")
            let client = FlexpriceClient(
                FlexpriceSettings(baseURL: "http://127.0.0.1:\(port)/v1", apiKey: Secret("sk_demo"))
            )
            try await self.prepare(client)

            let worker = try self.makeWorker(client)
            group.addTask { try await worker.run() }
            let samples = DemoCommandMix.samples
            StandardError.write("sending \(samples.count) commands")
            try await self.send(samples)
            let brokers = self.cluster.brokers
            let results = try await DemoResult.collect(samples.count, brokers, settings.resultTopic) { done in
                let parts = ["\(done) of \(samples.count) results"]
                display.show(ProgressNews(done: done, total: samples.count, elapsed: .now - start, parts: parts))
            }
            display.clear()
            worker.drain(within: .seconds(5))
            let outcome = self.outcome(of: results, for: samples)
            // The worker ends by its drain, the simulator by cancellation.
            try await group.next()
            group.cancelAll()
            await client.shutdown()
            return outcome
        }
    }

    /// What Flexprice knows and does before the worker comes.
    private func prepare(_ client: FlexpriceClient) async throws {
        for (id, name) in [
            (DemoCommandMix.knownAndAgreeing, "Known Ltd"), (DemoCommandMix.knownAndDiffering, "Theirs"),
        ] {
            let body = Array(#"{"external_id":"\#(id)","name":"\#(name)"}"#.utf8)
            _ = await client.createCustomer(body: body, requestID: "demo")
        }
        let scope = FaultScope(requests: 2, externalIDs: ["acct_0007"])
        self.simulator.state.inject(.edge(.serviceUnavailable(nil)), scope)
    }

    private func makeWorker(_ client: FlexpriceClient) throws -> CommandWorker {
        let kafka = ClientProperties(
            brokers: self.cluster.brokers,
            passthrough: ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]
        )
        var settings = WorkerSettings()
        settings.live.retry = RetryPolicy(initialInterval: .milliseconds(200))
        return CommandWorker(
            settings,
            kafka,
            ledger: try SQLiteLedger(path: ":memory:"),
            backend: .remote(FlexpriceBackend(client: client)),
            logger: Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func send(_ samples: [DemoSample]) async throws {
        let producer = try Producer(
            ProducerSettings(client: ClientProperties(brokers: self.cluster.brokers)),
            log: { _ in }
        )
        let records = samples.map { sample in
            ProducerRecord(
                topic: WorkerSettings().commandTopic,
                // Samples without a key share no lane with others, so any partition does.
                partition: sample.key == nil ? 0 : nil,
                key: sample.key.map { Array($0.utf8) },
                value: sample.value.map { Array($0.utf8) },
                headers: RecordHeaders(sample.headers + [RecordHeader(name: .correlationID, text: sample.label)])
            )
        }
        let failures = try await producer.send(records)
        if let error = failures.values.first { throw error }
    }

    private func outcome(of results: [DemoResult], for samples: [DemoSample]) -> Outcome {
        var table = TextTable(
            columns: ["command", "external_id", "status", "outcome", "attempts", "answer"],
            numbers: ["attempts"]
        )
        var surprises = 0
        for sample in samples {
            guard let result = results.first(where: { $0.label == sample.label }) else {
                table.append([sample.label, sample.key ?? "-", "MISSING", "-", "-", "expected \(sample.expected)"])
                surprises += 1
                continue
            }
            let event = result.event
            let isRight = event.code == sample.expected
            if !isRight { surprises += 1 }
            let answer = isRight ? result.answer : "EXPECTED \(sample.expected): \(result.answer)"
            table.append([
                sample.label, event.externalID?.text ?? "-", event.isCreated ? "created" : "failed", event.code,
                event.attempts.map { "\($0)" } ?? "-", answer,
            ])
        }
        let created = results.count { $0.event.isCreated }
        let summary =
            surprises == 0
            ? "\(results.count) results: \(created) created, \(results.count - created) failed, each as it should be; "
                + "the simulated Flexprice holds \(self.simulator.state.customerCount) customers"
            : "\(surprises) of \(samples.count) commands did not end as they should"
        return Outcome(table: table, summary: summary, isAsExpected: surprises == 0)
    }
}
