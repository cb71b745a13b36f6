import CustomerContract
import JSON
import Records
import Testing

@Suite struct ResultEncoderTests {
    static let encoder = ResultEncoder(
        resultsTopic: "customer_results",
        replyTopicsAllowed: ReplyTopicAllowList(["replies.*"])
    )
    static let completedAt = UnixMilliseconds(1_795_341_600_042)
    static let customer = CustomerDocument(
        json: Array(
            (#"{"id":"cust_01K3A7Z9Q4M8T2V6X0B1C5D9EF","external_id":"acct_8412","name":"Acme","metadata":null,"#
                + #""status":"published"}"#).utf8
        )
    )

    static func result(
        _ outcome: CommandOutcome,
        of message: KafkaRecord = record(sampleBody),
        attempts: Int = 1
    ) -> CommandResult {
        CommandResult(
            context: CommandReader().read(message).context,
            outcome: outcome,
            attempts: attempts,
            completedAt: completedAt
        )
    }

    @Test(arguments: CreatedOutcome.allCases)
    func `a created customer is published as its golden file says`(outcome: CreatedOutcome) throws {
        let result = Self.result(.created(outcome, Self.customer), attempts: outcome == .replayed ? 0 : 1)
        try GoldenFile("result-\(outcome.rawValue)").expectEqual(Self.encoder.encode(result))
    }

    static let refused: [(String, KafkaRecord)] = [
        ("invalid_json", record(#"{"external_id":"#)), ("invalid_json-tombstone", record(nil, timestamp: nil)),
        ("schema_framed_payload", record([0, 0, 0, 0, 1, 0x7b, 0x7d])),
        ("invalid_command", record(#"{"external_id":"acct_8412","address_country":"us"}"#)),
        (
            "invalid_command-several",
            record(#"{"email":"Bob <a@b.co>","name":"","metadata":{"k":1},"address_country":"us"}"#)
        ),
    ]

    @Test(arguments: refused)
    func `a refused command is published as its golden file says`(name: String, message: KafkaRecord) throws {
        let (context, failure) = try refusal(message)
        let result = CommandResult(
            context: context,
            outcome: .failed(failure),
            attempts: 0,
            completedAt: Self.completedAt
        )
        try GoldenFile("result-\(name)").expectEqual(Self.encoder.encode(result))
    }

    @Test func `a command that is too large is published as its golden file says`() throws {
        let (context, failure) = try refusal(record(sampleBody), maximumBytes: 100)
        let result = CommandResult(
            context: context,
            outcome: .failed(failure),
            attempts: 0,
            completedAt: Self.completedAt
        )
        try GoldenFile("result-payload_too_large").expectEqual(Self.encoder.encode(result))
    }

    static let failures: [CommandFailure] = [
        CommandFailure(
            code: .idempotencyConflict,
            message: "this external_id was created by an earlier command with another payload",
            httpStatus: 409,
            details: JSONObject([.init(name: "fields", value: .array([.string("name")]))])
        ),
        CommandFailure(code: .alreadyExists, message: "Flexprice has another customer of this id", httpStatus: 409),
        CommandFailure(
            code: .rejected,
            message: "Flexprice refused the command",
            httpStatus: 404,
            details: JSONObject([.init(name: "code", value: .string("not_found"))])
        ),
        CommandFailure(code: .retriesExhausted, message: "gave up after 15 minutes"),
    ]

    @Test(arguments: failures)
    func `a failure at the API is published as its golden file says`(failure: CommandFailure) throws {
        let result = Self.result(.failed(failure), attempts: 3)
        try GoldenFile("result-\(failure.code.rawValue)").expectEqual(Self.encoder.encode(result))
    }

    static let spring: RecordHeaders = [
        RecordHeader(name: "kafka_correlationId", value: [0xca, 0xfe, 0, 1]),
        RecordHeader(name: "kafka_replyTopic", text: "replies.signup"),
        RecordHeader(name: "kafka_replyPartition", value: [0, 0, 0, 2]),
        RecordHeader(name: "ce_id", text: "0f9ad3e0"),
        RecordHeader(name: "traceparent", text: TraceContextTests.valid),
        RecordHeader(name: "tracestate", text: "a=1"),
    ]

    @Test func `a reply goes to an allowed topic and partition with Spring's headers echoed`() throws {
        let message = record(sampleBody, headers: Self.spring)
        let encoded = Self.encoder.encode(Self.result(.created(.created, Self.customer), of: message))
        #expect(encoded.topic == "replies.signup")
        #expect(encoded.partition == 2)
        try GoldenFile("result-spring-reply").expectEqual(encoded)
    }

    @Test func `a reply topic that is not allowed is refused in a header`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "replyTo", text: "payroll"), RecordHeader(name: "correlationId", text: "c-1"),
        ]
        let encoded = Self.encoder.encode(
            Self.result(.created(.created, Self.customer), of: record(sampleBody, headers: headers))
        )
        #expect(encoded.topic == "customer_results")
        try GoldenFile("result-reply-topic-refused").expectEqual(encoded)
    }

    @Test func `a refused reply topic that is no topic's name at all is repeated within bounds`() throws {
        let headers: RecordHeaders = [RecordHeader(name: "replyTo", value: [UInt8](repeating: 0xff, count: 5_000))]
        let encoded = Self.encoder.encode(
            Self.result(.created(.created, Self.customer), of: record(sampleBody, headers: headers))
        )
        let refused = try #require(encoded.headers.last)
        #expect(refused.name == "reply-topic-refused")
        #expect(refused.text?.utf8.count == 255)
    }

    @Test func `an allowed reply topic that cannot be used is named with the reason`() throws {
        let message = record(sampleBody, headers: Self.spring)
        let form = ResultForm(replyRefusal: "TOPIC_AUTHORIZATION_FAILED")
        let encoded = Self.encoder.encode(Self.result(.created(.created, Self.customer), of: message), form: form)
        #expect(encoded.topic == "customer_results")
        #expect(encoded.partition == nil)
        try GoldenFile("result-reply-topic-unusable").expectEqual(encoded)
    }

    @Test func `a result sent again has the same id, and two records with one command id have two`() throws {
        let header: RecordHeaders = ["ce_id": "same"]
        func id(offset: Int64, timestamp: Int64?) -> String {
            ResultEncoder.eventID(
                of: KafkaRecord(
                    position: RecordPosition(topic: "t", partition: 1, offset: offset),
                    timestamp: timestamp.map { UnixMilliseconds($0) },
                    value: nil,
                    headers: header
                )
            )
        }
        #expect(id(offset: 5, timestamp: 7) == "t/1/5@7")
        #expect(id(offset: 5, timestamp: 7) == id(offset: 5, timestamp: 7))
        #expect(id(offset: 6, timestamp: 7) != id(offset: 5, timestamp: 7))
        #expect(id(offset: 5, timestamp: nil) == "t/1/5")
    }

    @Test func `the codes on the wire are those of the contract`() {
        #expect(
            ErrorCode.allCases.map(\.rawValue) == [
                "invalid_json", "schema_framed_payload", "payload_too_large", "invalid_command", "idempotency_conflict",
                "already_exists", "rejected", "retries_exhausted",
            ]
        )
        #expect(ErrorCode.allCases.filter(\.isRetryable) == [.retriesExhausted])
        #expect(CreatedOutcome.allCases.map(\.rawValue) == ["created", "replayed", "existing", "updated"])
    }
}
