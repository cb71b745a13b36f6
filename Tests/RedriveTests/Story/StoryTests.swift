import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct StoryTests {
    private static let commands = TopicPartition(topic: "customer_commands", partition: 3)

    private static func command(_ offset: Int64, at timestamp: Int64, _ headers: RecordHeaders = []) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(self.commands, offset: offset),
            timestamp: UnixMilliseconds(timestamp),
            key: Letters.text("acct_1"),
            value: Letters.text(#"{"external_id":"acct_1"}"#),
            headers: headers
        )
    }

    private static func result(of offset: Int64, at time: String, _ body: String) -> KafkaRecord {
        let value =
            #"{\#(body),"command":{"id":"n","topic":"customer_commands","partition":3,"offset":\#(offset)},"#
            + #""attempts":2,"completed_at":"\#(time)"}"#
        return KafkaRecord(
            position: RecordPosition(TopicPartition(topic: "customer_results", partition: 0), offset: offset),
            timestamp: nil,
            key: Letters.text("acct_1"),
            value: Letters.text(value)
        )
    }

    private static func tell(_ story: inout Story, _ record: KafkaRecord) throws {
        let event = try #require(ResultEvent(record))
        story.result(event, of: try #require(event.command))
    }

    @Test func `a story is told in order, with what the API said`() throws {
        var story = Story(externalID: ExternalID("acct_1"))
        let failure =
            #""status":"failed","error":{"code":"rejected","message":"no such tax code","http_status":404,"#
            + #""details":{"code":"not_found"}}"#
        // 2026-11-23T10:00:00Z is when the letter failed; everything comes in another order than it happened.
        story.deadLetter(Letters.own(), .redriven, Letters.route().verdict(for: Letters.own()))
        try Self.tell(
            &story,
            Self.result(of: 1_300, at: "2026-11-24T10:00:01.000Z", #""status":"created","outcome":"created""#)
        )
        story.command(
            Self.command(
                1_300,
                at: 1_795_514_400_000,
                [
                    RecordHeader(name: "dlq-redriven-from", value: Letters.text("customer_commands_dlq/0/7")),
                    RecordHeader(name: "dlq-redrive-count", value: Letters.text("1")),
                ]
            )
        )
        try Self.tell(&story, Self.result(of: 1_207, at: "2026-11-23T10:00:00.000Z", failure))
        story.command(Self.command(1_207, at: 1_795_341_600_000))
        story.conclude([Self.commands: OffsetProgress(offset: 1_301, completed: CompletedOffsets())])

        #expect(story.events.map(\.kind) == [.command, .result, .deadLetter, .command, .result])
        #expect(story.events[1].text == "it failed after 2 requests with rejected: no such tax code")
        #expect(story.events[1].details.contains { $0 == ("http_status", "404") })
        #expect(story.events[1].outline == "it failed after 2 requests with rejected")
        #expect(story.events[1].quotes.map(\.name) == ["code"] && !story.events[1].facts.contains { $0.name == "code" })
        #expect(
            story.events[3].text
                == "the command was sent back from the dead letter customer_commands_dlq/0/7, for the first time"
        )
        #expect(story.now.isEmpty, "\(story.now)")
    }

    @Test func `a command without a result is found in the group's offsets`() {
        func now(_ progress: OffsetProgress?) -> String {
            var story = Story(externalID: nil)
            story.command(Self.command(10, at: 0))
            story.conclude(progress.map { [Self.commands: $0] } ?? [:])
            return story.now.first ?? ""
        }
        #expect(now(nil).contains("committed nothing"))
        #expect(
            now(OffsetProgress(offset: 10, completed: CompletedOffsets())).contains("is the first in its partition")
        )
        #expect(now(OffsetProgress(offset: 4, completed: CompletedOffsets())).contains("up to 6 records before it"))
        #expect(now(OffsetProgress(offset: 11, completed: CompletedOffsets())).contains("is done"))
        #expect(now(OffsetProgress(offset: 4, completed: CompletedOffsets(runs: [9...12]))).contains("is done"))
    }

    @Test func `a letter that waits is said to wait, and nothing is said to be nothing`() {
        var story = Story(externalID: nil)
        story.deadLetter(Letters.own(), .waiting, Letters.route().verdict(for: Letters.own()))
        story.conclude([:])
        #expect(
            story.now == [
                "the dead letter customer_commands_dlq/0/7 waits: fix it or its cause, "
                    + "then «dlq redrive» sends it back"
            ]
        )
        var empty = Story(externalID: ExternalID("x"))
        empty.conclude([:])
        #expect(empty.now.first?.hasPrefix("nothing is known") == true)
    }

    private static func story(
        _ letters: DeadLetter...,
        then more: (inout Story) throws -> Void = { _ in }
    ) throws -> Story {
        var story = Story(externalID: ExternalID("acct_1"))
        for letter in letters {
            story.deadLetter(letter, .waiting, Letters.route().verdict(for: letter))
        }
        try more(&story)
        story.conclude([:])
        return story
    }

    @Test func `what it waits for is one fact: a command under way before letters, letters before the end`() throws {
        let letter = RecordPosition(topic: Letters.topic, partition: 0, offset: 7)
        let good = try Self.story(Letters.own())
        #expect(good.state == .letter(letter, isSendable: true))
        #expect(good.waitsFor() == "the dead letter \(letter) waits: a redrive sends it back")
        let bad = try Self.story(Letters.own(value: Letters.badValue))
        #expect(bad.state == .letter(letter, isSendable: false))
        #expect(bad.waitsFor().contains("would fail again with invalid_command, since address_country must be"))
        #expect(bad.waitsFor(isOutline: true).hasSuffix("would fail again with invalid_command"))
        let spent = try Self.story(Letters.own(offset: 8), Letters.own(laps: 3))
        #expect(spent.state == .letter(letter, isSendable: false))
        #expect(
            spent.waitsFor() == "2 dead letters wait: \(letter) stays: sent back too often (--max-laps)"
        )
        let open = try Self.story(Letters.own()) { $0.command(Self.command(10, at: 0)) }
        #expect(open.state == .unanswered && open.waitsFor().contains("has no result here"))
        let failure = #""status":"failed","error":{"code":"rejected","message":"m"}"#
        let failed = try Self.story { try Self.tell(&$0, Self.result(of: 1, at: "2026-11-24T10:00:01.000Z", failure)) }
        #expect(failed.state == .failed && failed.waitsFor().contains("the last result is rejected"))
        let success = #""status":"created","outcome":"created""#
        let created = try Self.story { try Self.tell(&$0, Self.result(of: 1, at: "2026-11-24T10:00:01.000Z", success)) }
        #expect(created.state == .created)
        #expect(try Self.story().state == .unknown)
        var dismissed = Story(externalID: nil)
        dismissed.deadLetter(Letters.own(), .dismissed, Letters.route().verdict(for: Letters.own()))
        try Self.tell(&dismissed, Self.result(of: 1, at: "2026-11-24T10:00:01.000Z", failure))
        dismissed.conclude([:])
        #expect(dismissed.state == .failed)
        #expect(dismissed.events.contains { $0.text.hasSuffix("it has been dismissed") })
    }

    @Test func `a customer is found by key and by body, however the body spells it`() {
        let search = StorySearch(externalID: ExternalID("acct_1"), position: nil)
        func finds(key: String?, _ value: String?) -> Bool {
            search.finds(command: Letters.record([], key: key, value: value))
        }
        #expect(finds(key: "acct_1", nil))
        #expect(finds(key: nil, #"{"external_id" : "acct_1"}"#))
        #expect(finds(key: nil, #"{"external_id":"\u0061cct_1"}"#))
        #expect(!finds(key: "acct_10", #"{"external_id":"acct_10"}"#))
        #expect(!finds(key: nil, #"{"external_id":"acct_2","name":"acct_1"}"#))
        #expect(!finds(key: nil, nil))
    }

    @Test func `a record alone finds its own letter and result`() {
        let position = RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207)
        let search = StorySearch(externalID: nil, position: position)
        #expect(search.finds(letter: Letters.own()))
        #expect(!search.finds(letter: Letters.own(source: "orders")))
        #expect(!search.finds(command: Letters.record([])))
    }
}
