import CommandWorker
import CustomerCommands
import CustomerContract
import Kafka
import Records
import Testing

/// The client of producers, with a worker behind it.
@Suite(.timeLimit(.minutes(2))) struct CustomerCommandsTests {
    private static func settings(
        _ broker: TestBroker,
        _ answers: CustomerCommandsSettings.Answers = .resultsTopic("customer_results")
    ) -> CustomerCommandsSettings {
        var settings = CustomerCommandsSettings(brokers: broker.brokers, source: "test")
        settings.answers = answers
        settings.properties = ["fetch.wait.max.ms": "10"]
        return settings
    }

    private static func allow(_ topics: String...) -> (inout WorkerSettings) -> Void {
        { $0.live.replyTopicsAllowed = ReplyTopicAllowList(topics) }
    }

    /// Runs clients for as long as `body` takes, then closes them and awaits their ends.
    private static func running<R: Sendable>(
        _ clients: [CustomerCommands],
        _ body: () async throws -> R
    ) async throws -> R {
        let runs = clients.map { client in Task { try await client.run() } }
        defer { for run in runs { run.cancel() } }
        let result = try await body()
        for client in clients { client.close() }
        for run in runs { try await run.value }
        return result
    }

    @Test(arguments: BrokerKind.allCases)
    func `clients that share a reply topic each get their own results, and one with a topic of its own too`(
        _ kind: BrokerKind
    ) async throws {
        let broker = try await TestBroker(kind, moreTopics: ["replies.shared", "replies.own"])
        let topics = ["replies.shared", "replies.shared", "replies.own"]
        let clients = topics.map { CustomerCommands(Self.settings(broker, .replyTopic($0))) }
        let own = try TopicReader(broker, "replies.own")
        try await withWorker(broker, backend: .local, configure: Self.allow("replies.*")) { _ in
            try await Self.running(clients) {
                let results = try await withThrowingTaskGroup(of: (String, CustomerResult).self) { group in
                    for (number, client) in clients.enumerated() {
                        for index in 0..<100 {
                            let id = "acct_\(number)_\(index)"
                            group.addTask {
                                (
                                    id,
                                    try await client.sendAndAwaitResult(
                                        NewCustomer(externalID: id),
                                        timeout: .seconds(60)
                                    )
                                )
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.count == 300)
                for (id, result) in results {
                    #expect(result.externalID == ExternalID(id))
                    guard case .created(.created, _) = result.outcome else {
                        Issue.record("\(id): \(result.outcome)")
                        continue
                    }
                }
            }
        }
        #expect(try await own.read(100).count == 100)
        await own.close()
    }

    @Test func `a failure is a result, and what was sent before is replayed`() async throws {
        let broker = try await TestBroker(.embedded)
        let client = CustomerCommands(Self.settings(broker))
        try await withWorker(broker, backend: .local) { _ in
            try await Self.running([client]) {
                let customer = NewCustomer(externalID: "acct_1", name: "Acme")
                let receipt = try await client.send(customer, commandID: "c-1")
                #expect(receipt.commandID == CommandID("c-1"))
                #expect(receipt.position.topic == "customer_commands")
                let again = try await client.sendAndAwaitResult(customer, commandID: "c-2")
                #expect(again.commandID == CommandID("c-2"))
                guard case .created(.replayed, _) = again.outcome else {
                    Issue.record("\(again.outcome)")
                    return
                }
                let other = try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_1", name: "Other"))
                guard case .failed(let failure) = other.outcome else {
                    Issue.record("\(other.outcome)")
                    return
                }
                #expect(failure.code == .idempotencyConflict)
            }
        }
    }

    @Test func `a reply topic off the list ends in a time-out that says so, and the result goes to the results topic`()
        async throws
    {
        let broker = try await TestBroker(.embedded, moreTopics: ["secret"])
        let client = CustomerCommands(Self.settings(broker, .replyTopic("secret")))
        let results = try TopicReader(broker, "customer_results")
        try await withWorker(broker, backend: .local, configure: Self.allow("replies.*")) { _ in
            try await Self.running([client]) {
                do {
                    _ = try await client.sendAndAwaitResult(
                        NewCustomer(externalID: "acct_1"),
                        commandID: "c-1",
                        timeout: .seconds(3)
                    )
                    Issue.record("a result came")
                } catch let error as CustomerCommandsError {
                    #expect(error == .noResult(CommandID("c-1"), topic: "secret", within: .seconds(3)))
                    #expect(error.description.contains("reply_topics_allowed"))
                }
            }
            let records = try await results.read(1)
            #expect(records.first?.header("reply-topic-refused") == "secret")
        }
        await results.close()
    }

    @Test func `a cancelled wait ends at once and makes room, and a close ends the run`() async throws {
        // No worker: nothing is ever answered.
        let broker = try await TestBroker(.embedded)
        defer { withExtendedLifetime(broker) {} }
        var settings = Self.settings(broker)
        settings.maximumUnderWay = 1
        let client = CustomerCommands(settings)
        let commands = try TopicReader(broker, "customer_commands")
        try await Self.running([client]) {
            let waiting = Task {
                try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_1"), timeout: .seconds(100))
            }
            #expect(try await commands.read(1).count == 1)
            await #expect(throws: CustomerCommandsError.tooManyUnderWay(maximum: 1)) {
                try await client.send(NewCustomer(externalID: "acct_2"))
            }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try await client.send(NewCustomer(externalID: "acct_3"))
        }
        await #expect(throws: CustomerCommandsError.closed) { try await client.send(NewCustomer(externalID: "acct_4")) }
        await commands.close()
    }

    @Test func `a run that is cancelled tells everybody who waits`() async throws {
        let broker = try await TestBroker(.embedded)
        defer { withExtendedLifetime(broker) {} }
        let client = CustomerCommands(Self.settings(broker))
        let commands = try TopicReader(broker, "customer_commands")
        let run = Task { try await client.run() }
        let waiting = Task {
            try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_1"), timeout: .seconds(100))
        }
        #expect(try await commands.read(1).count == 1)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        await #expect(throws: CustomerCommandsError.closed) { try await waiting.value }
        await commands.close()
    }

    @Test func `a close waits for the result that is under way`() async throws {
        let broker = try await TestBroker(.embedded)
        defer { withExtendedLifetime(broker) {} }
        let client = CustomerCommands(Self.settings(broker))
        let commands = try TopicReader(broker, "customer_commands")
        let run = Task { try await client.run() }
        let waiting = Task {
            try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_1"), timeout: .seconds(100))
        }
        #expect(try await commands.read(1).count == 1)
        client.close()
        // Only now does anybody answer.
        let result = try await withWorker(broker, backend: .local) { _ in try await waiting.value }
        #expect(result.externalID == ExternalID("acct_1"))
        try await run.value
        await commands.close()
    }

    @Test func `a topic of answers that is missing is named`() async throws {
        let broker = try await TestBroker(.ownProcess)
        defer { withExtendedLifetime(broker) {} }
        let client = CustomerCommands(Self.settings(broker, .replyTopic("nowhere")))
        await #expect(throws: CustomerCommandsError.missingTopic("nowhere")) { try await client.run() }
    }

    @Test func `properties that delivery rests on are refused by name`() async throws {
        var settings = CustomerCommandsSettings(brokers: "127.0.0.1:1", source: "test")
        settings.properties = ["acks": "0"]
        do {
            try await CustomerCommands(settings).run()
            Issue.record("not refused")
        } catch let error as CustomerCommandsError {
            #expect(error.description.contains("acks: refused"))
        }
    }

    @Test func `a client that nobody runs says so`() async throws {
        var settings = CustomerCommandsSettings(brokers: "127.0.0.1:1", source: "test")
        settings.deliveryTimeout = .zero
        let client = CustomerCommands(settings)
        await #expect(throws: CustomerCommandsError.notRunning) {
            try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_1"), timeout: .milliseconds(1))
        }
    }

    @Test func `a client without answers only sends`() async throws {
        let broker = try await TestBroker(.embedded)
        defer { withExtendedLifetime(broker) {} }
        let client = CustomerCommands(Self.settings(broker, .none))
        try await Self.running([client]) {
            try await client.send(NewCustomer(externalID: "acct_1"))
            await #expect(throws: CustomerCommandsError.noAnswers) {
                try await client.sendAndAwaitResult(NewCustomer(externalID: "acct_2"))
            }
        }
    }
}
