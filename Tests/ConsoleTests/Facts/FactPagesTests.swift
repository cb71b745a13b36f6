import CustomerContract
import Foundation
import Hummingbird
import Kafka
import Ledger
import Operations
import Records
import Settings
import Synchronization
import Testing

@testable import Console

@Suite(.timeLimit(.minutes(2))) struct FactPagesTests {
    private static func folder() throws -> String {
        let folder = NSTemporaryDirectory() + "facts-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    // MARK: Ledger

    private static func ledgerPages(_ url: StoreURL, _ state: LedgerFigures.State = .init()) throws -> LedgerFactPages {
        LedgerFactPages(url: url, figures: { state }, pages: try Pages())
    }

    @Test func `the ledger is counted, and one customer looked up, whose values only operators see`() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let url = StoreURL.sqlite(path: "\(folder)/customers.sqlite")
        let ledger = try SQLiteLedger(path: "\(folder)/customers.sqlite")
        let record = KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 0, offset: 7),
            timestamp: UnixMilliseconds(1_795_341_600_000),
            value: Array(#"{"external_id":"a<b","name":"Anna Atlantis"}"#.utf8),
            headers: [RecordHeader(name: .ceID, text: "n1")]
        )
        guard case .command(let command) = CommandReader().read(record) else {
            Issue.record("no command")
            return
        }
        let entry = LedgerEntry(
            command: command,
            customer: CustomerDocument(json: Array(#"{"id":"cust_1","name":"Anna Atlantis"}"#.utf8)),
            outcome: .created,
            rememberedAt: UnixMilliseconds(1_795_341_600_042)
        )
        _ = try await ledger.apply(LedgerBatch(entries: [entry]))
        let figures = LedgerFigures(url)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await figures.run() }
            while figures.look().stats == nil { try await Task.sleep(for: .milliseconds(20)) }
            group.cancelAll()
        }
        let state = figures.look()
        #expect(state.stats?.customers == 1)
        try await PageClient.with(.operator, try Self.ledgerPages(url, state).addRoutes) { client in
            let text = try await client.get("/ledger?external_id=a%3Cb").text
            #expect(text.contains("<dd>1</dd>") && text.contains("n1") && text.contains("a&lt;b"))
            #expect(text.contains("Anna Atlantis") && text.contains("customer_commands/0/7"))
            #expect(try await client.get("/ledger?external_id=nobody").text.contains("Nothing is remembered"))
        }
        try await PageClient.with(.viewer, try Self.ledgerPages(url).addRoutes) { client in
            let text = try await client.get("/ledger?external_id=a%3Cb").text
            #expect(text.contains("n1") && !text.contains("Atlantis") && text.contains("shown to operators"))
            #expect(text.contains("Counting"))
        }
    }

    @Test func `where there is no ledger yet the page says so`() async throws {
        let url = StoreURL.sqlite(path: "/nonexistent/customers.sqlite")
        let state = LedgerFigures.State(trouble: "there is no store")
        try await PageClient.with(.viewer, try Self.ledgerPages(url, state).addRoutes) { client in
            #expect(try await client.get("/ledger").text.contains("there is no store"))
            let (status, text) = try await client.get("/ledger?external_id=x")
            #expect(status == .serviceUnavailable && text.contains("there is no store at"))
        }
        try await PageClient.with(.viewer, try Self.ledgerPages(.sqlite(path: ":memory:")).addRoutes) { client in
            let text = try await client.get("/ledger?external_id=x").text
            #expect(text.contains("which no other process sees"))
        }
    }

    // MARK: Configuration

    @Test func `every setting has its origin, no secret is shown, and a filter finds names, values and origins`()
        async throws
    {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/config.yaml"
        try Data("kafka:\n  topic: my<topic\napi:\n  key: sk_hunter2\n".replacing("<", with: "_").utf8)
            .write(to: URL(filePath: path))
        let sources = SettingsSources(
            configPath: path,
            environment: ["FLEXPRICE_KAFKA_PROPERTIES": #"{"sasl.password":"hunter2"}"#]
        )
        let pages = ConfigurationPages(sources: sources, pages: try Pages())
        try await PageClient.with(.viewer, pages.addRoutes) { client in
            let all = try await client.get("/configuration").text
            #expect(
                all.contains("my_topic") && all.contains("file \(path):2") && all.contains("shutdown.drain_timeout")
            )
            #expect(!all.contains("hunter2"))
            let some = try await client.get("/configuration?q=FLEXPRICE_KAFKA").text
            #expect(some.contains("kafka.properties.sasl.password") && !some.contains("shutdown.drain_timeout"))
            #expect(try await client.get("/configuration?q=%3Cb%3E").text.contains("No setting has that"))
            try Data("kafka:\n  topc: a\n".utf8).write(to: URL(filePath: path))
            #expect(try await client.get("/configuration").text.contains("did you mean kafka.topic?"))
        }
    }

    // MARK: Check

    @Test func `a check runs once at a time, and its findings stay with their remedies`() async throws {
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let count = Mutex(0)
        let runner = CheckRunner {
            count.withLock { $0 += 1 }
            for await _ in gate { break }
            return [
                CheckFinding("broker", .fine, "1 broker"),
                CheckFinding("topic <x>", .failed(.unavailable), "missing", remedy: "create it"),
            ]
        }
        let pages = CheckPages(runner: runner, pages: try Pages())
        try await PageClient.with(.operator, pages.addRoutes) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await runner.run() }
                let first = try await client.get("/check").text
                #expect(first.contains("has not checked anything yet") && first.contains("Check now"))
                for _ in 0..<3 {
                    let answer = try await client.post("/check")
                    #expect(answer.status == .seeOther && answer.location == "/check")
                }
                #expect(try await client.get("/check").text.contains("A check runs"))
                opened.yield()
                while runner.current.last == nil { try await Task.sleep(for: .milliseconds(20)) }
                let text = try await client.get("/check").text
                #expect(text.contains("1 finding would keep a worker from its work") && text.contains("create it"))
                #expect(text.contains("topic &lt;x&gt;") && text.contains("<bdi>vera</bdi>"))
                #expect(!text.contains("A check runs"))
                #expect(count.withLock(\.self) == 1)
                group.cancelAll()
            }
        }
        try await PageClient.with(.viewer, pages.addRoutes) { client in
            let text = try await client.get("/check").text
            #expect(!text.contains("Check now"))
        }
    }
}
