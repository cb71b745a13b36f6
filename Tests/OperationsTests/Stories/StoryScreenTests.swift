import CustomerContract
import JSON
import Kafka
import Records
import Testing
import Topics

@testable import Operations
@testable import Redrive

@Suite struct StoryScreenTests {
    private static let topic = "customer_commands_dlq"

    private static func command(_ offset: Int64, id: String = "acct_1", value: String? = nil) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 3, offset: offset),
            timestamp: UnixMilliseconds(1_795_341_600_000 + offset * 1_000),
            value: Array((value ?? #"{"external_id":"acct_1"}"#).utf8)
        )
    }

    private static func letter(_ story: inout Story, _ failure: CommandFailure? = nil) {
        let record = KafkaRecord(
            position: RecordPosition(topic: Self.topic, partition: 0, offset: 12),
            timestamp: UnixMilliseconds(1_795_341_700_000),
            value: nil
        )
        let sent = ProducerRecord(topic: "customer_commands", key: nil, value: nil)
        story.deadLetter(DeadLetter(record), .waiting, .init(outcome: .success(sent), failure: failure))
    }

    private static func screen(
        _ id: String? = "acct_1",
        worker: WorkerWord = .notAsked("no answer at 127.0.0.1:9464"),
        config: String? = nil,
        _ fill: (inout Story) -> Void
    ) -> StoryScreen {
        var story = Story(externalID: id.map { ExternalID($0) })
        fill(&story)
        story.conclude([:])
        let subject = id ?? "customer_commands_dlq/0/12"
        return StoryScreen(StoryInquiry.Answer(subject: subject, story: story, worker: worker), config: config)
    }

    private static func worker(_ json: String) throws -> WorkerWord {
        .answered(WhyAnswer(try JSONParser.parseObject(Array(json.utf8)), externalID: "acct_1"))
    }

    @Test func `a story is one line an event, one of what it waits for, and the command to run`() {
        let screen = Self.screen { story in
            story.command(Self.command(7))
            Self.letter(&story)
        }
        #expect(
            screen.text() == """
                acct_1

                2026-11-22T10:00:07Z  command 3/7     put on the topic
                2026-11-22T10:01:40Z  letter 0/12     an unknown error; waits

                now   the command customer_commands/3/7 has no result here, and the worker's group has committed \
                nothing of its partition (worker not asked: no answer at 127.0.0.1:9464)
                next  customer-worker check

                """
        )
    }

    @Test(arguments: [(80, 24), (200, 50), (40, 10)])
    func `a long story fits the terminal: the first events, the newest, and how many are between`(
        _ columns: Int,
        _ rows: Int
    ) throws {
        let screen = Self.screen { story in for offset in 0..<500 { story.command(Self.command(Int64(offset))) } }
        let lines = screen.text((columns, rows)).split(separator: "\n")
        let height = lines.reduce(0) { $0 + max(1, ($1.count + columns - 1) / columns) }
        let now = try #require(lines.firstIndex { $0.hasPrefix("now ") })
        // Two empty lines, and one for the shell. A low terminal has the fewest events and all of the sentence.
        #expect(height + 3 <= max(rows, 17 + lines.count - 3 - now))
        #expect(lines.dropLast().allSatisfy { $0.count <= columns })
        #expect(lines[1].contains("3/0 ") && lines[2].contains("3/1 "))
        let newest = now - 4
        #expect(lines[3] == "  … \(498 - newest) events between (--all)")
        #expect(lines[3 + newest].contains("3/499"))
        #expect(screen.longText.split(separator: "\n").filter { $0.contains("was put on the topic") }.count == 500)
        #expect(!screen.longText.contains("between ("))
    }

    @Test func `of the worker only what concerns the customer is told`() throws {
        let worker = try Self.worker(
            #"{"version":"1","ready":true,"lag":5,"commands_in_flight":[{"command_id":"n1","position":"c/3/7","#
                + #""waits_for":"its next attempt","next_attempt":null}],"#
                + #""recent_failures":[{"external_id":"acct_other","code":"rejected","at":"10:00"}]}"#
        )
        let screen = Self.screen(worker: worker) { $0.command(Self.command(7)) }
        #expect(screen.waitsFor == "The command of acct_1 (n1 at c/3/7) waits for its next attempt.")
        #expect("\(screen.next)" == "customer-worker why acct_1")
        for text in [screen.text(), screen.longText, screen.json.line] { #expect(!text.contains("acct_other")) }
        let said = try #require(screen.json["worker"]?.objectValue)
        #expect(said.members.map(\.name) == ["why", "ready", "reasons", "external_id", "commands_in_flight"])
    }

    @Test func `a worker that is not ready says why a command waits`() throws {
        let worker = try Self.worker(#"{"ready":false,"reasons":[{"detail":"no broker"}],"commands_in_flight":[]}"#)
        #expect(Self.screen(worker: worker) { $0.command(Self.command(7)) }.waitsFor.hasSuffix("waits: no broker."))
        let done = Self.screen(worker: worker) { Self.letter(&$0) }
        #expect(done.waitsFor == "the dead letter customer_commands_dlq/0/12 waits: a redrive sends it back")
    }

    @Test func `the next command fits the state, and is ready to copy`() {
        func next(_ id: String? = "acct_1", _ fill: (inout Story) -> Void) -> String {
            "\(Self.screen(id, config: "a b.yaml", fill).next)"
        }
        let config = "--config 'a b.yaml'"
        #expect(next { Self.letter(&$0) } == "customer-worker dlq redrive --external-id acct_1 --dry-run \(config)")
        #expect(
            next(nil) { Self.letter(&$0) }
                == "customer-worker dlq redrive --partition 0 --offsets 12 --dry-run \(config)"
        )
        #expect(
            next("it's") { Self.letter(&$0) }
                == #"customer-worker dlq redrive --external-id 'it'\''s' --dry-run \#(config)"#
        )
        let failure = CommandFailure(code: .invalidCommand, message: "name must not be empty")
        #expect(next { Self.letter(&$0, failure) } == "customer-worker dlq show \(config) 0/12")
        #expect(next { _ in } == "customer-worker config show \(config)")
    }

    @Test func `what a customer is called does not steer the terminal`() {
        let screen = Self.screen("a\u{1B}[2J\nb") { $0.command(Self.command(1)) }
        #expect(!screen.text().contains("\u{1B}") && !screen.longText.contains("\u{1B}"))
    }

    @Test func `a name that is no external_id says whose it is`() {
        var story = Story(externalID: ExternalID("acct_1"))
        story.command(Self.command(7))
        story.foundBy = .customer
        story.conclude([:])
        let answer = StoryInquiry.Answer(subject: "cust_1", story: story, worker: .notAsked("no answer"))
        let screen = StoryScreen(answer, config: nil)
        #expect(screen.text().hasPrefix("cust_1 is the customer id of acct_1\n"))
        #expect(screen.json["found_by"] == .string("customer_id") && screen.json["subject"] == .string("cust_1"))
    }

    @Test func `scripts get every event, the state and the command`() {
        let json = Self.screen { story in
            for offset in 0..<300 { story.command(Self.command(Int64(offset))) }
        }.json
        #expect(json["events"]?.arrayValue?.count == 300)
        #expect(json["now"]?.arrayValue?.count == 300)
        #expect(json["next"] == .string("customer-worker check"))
        #expect(json["waits_for"]?.stringValue?.contains("has no result here") == true)
        #expect(json["worker_not_asked"] == .string("no answer at 127.0.0.1:9464"))
    }
}
