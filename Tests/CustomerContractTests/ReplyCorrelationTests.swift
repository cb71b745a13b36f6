import CustomerContract
import Records
import Testing

@Suite struct ReplyCorrelationTests {
    @Test func `Spring's and the neutral headers are echoed with their bytes`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "kafka_replyPartition", value: [0, 0, 1, 2]), RecordHeader(name: "other", text: "x"),
            RecordHeader(name: "kafka_correlationId", value: [0xff, 0, 1]),
            RecordHeader(name: "kafka_replyTopic", text: "r"),
            RecordHeader(name: "correlationId", text: "c"), RecordHeader(name: "replyTo", text: "n"),
        ]
        let correlation = try command(sampleBody, headers: headers).context.correlation
        #expect(Set(correlation.headers) == Set(headers.filter { $0.name != "other" }))
        #expect(correlation.replyTopic == "r")
        #expect(correlation.replyPartition == 258)
    }

    @Test func `of a repeated header the last is echoed, and values over 1 KiB and nulls are dropped`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "correlationId", text: "first"), RecordHeader(name: "correlationId", text: "last"),
            RecordHeader(name: "kafka_correlationId", value: [UInt8](repeating: 1, count: 1_025)),
            RecordHeader(name: "replyTo", value: nil),
        ]
        let correlation = try command(sampleBody, headers: headers).context.correlation
        #expect(correlation.headers == [RecordHeader(name: "correlationId", text: "last")])
        #expect(correlation.replyTopic == nil)
    }

    @Test(arguments: [[], [0, 0, 1], [0, 0, 0, 0, 1], [0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0]] as [[UInt8]])
    func `a reply partition that is not four bytes or negative is no partition`(value: [UInt8]) throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "replyTo", text: "r"), RecordHeader(name: "kafka_replyPartition", value: value),
        ]
        #expect(try command(sampleBody, headers: headers).context.correlation.replyPartition == nil)
    }

    @Test func `a refused command has its correlation too`() throws {
        let context = try refusal(record("", headers: [RecordHeader(name: "correlationId", text: "c")])).context
        #expect(context.correlation.headers == [RecordHeader(name: "correlationId", text: "c")])
    }

    @Test(arguments: [
        ("replies", true), ("replies2", false), ("orders.", true), ("orders.eu", true), ("orders", false),
        ("Replies", false),
        ("", false), ("orders./x", false), ("orders.é", false), ("orders." + String(repeating: "x", count: 242), true),
        ("orders." + String(repeating: "x", count: 243), false),
    ])
    func `the allow list takes exact names and prefixes, and no name that Kafka refuses`(topic: String, allowed: Bool) {
        #expect(ReplyTopicAllowList(["replies", "orders.*"]).allows(topic) == allowed)
    }

    @Test(arguments: [".", "..", "a b", "a\u{0}", "*"])
    func `a star alone allows every possible topic and nothing else`(topic: String) {
        #expect(ReplyTopicAllowList(["*"]).allows("any.Thing-1_2"))
        #expect(ReplyTopicAllowList(["*"]).allows(topic) == false)
        #expect(ReplyTopicAllowList().allows("any") == false)
    }
}
