import CustomerContract
import Records
import Testing

@Suite struct DeadLetterEncoderTests {
    static let encoder = DeadLetterEncoder(topic: "customer_commands_dlq", group: "customer_worker", partitionCount: 2)
    static let failedAt = UnixMilliseconds(1_795_341_600_042)

    private func deadLetter(
        _ message: KafkaRecord,
        at time: UnixMilliseconds = failedAt,
        encoder: DeadLetterEncoder = encoder
    ) throws -> ProducerRecord {
        let (context, failure) = try refusal(message)
        return encoder.encode(failure, of: context, failedAt: time)
    }

    /// The dead letter as a redrive sends it back: the same headers, one redrive more.
    private func redriven(_ letter: ProducerRecord, offset: Int64) -> KafkaRecord {
        let headers = letter.headers.map {
            $0.name == DeadLetterHeader.redriveCount.name ? RecordHeader(name: $0.name, text: "1") : $0
        }
        return KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 3, offset: offset),
            timestamp: letter.timestamp,
            key: letter.key,
            value: letter.value,
            headers: RecordHeaders(headers)
        )
    }

    private func text(_ header: DeadLetterHeader, of message: ProducerRecord) -> [String?] {
        message.headers.filter { $0.name == header.name }.map(\.text)
    }

    static let failing = record(
        Array(#"{"external_id":"acct_8412","email":"x"}"#.utf8),
        headers: [RecordHeader(name: "ce_id", text: "0f9ad3e0"), RecordHeader(name: "tenant", value: [0xff])]
    )

    @Test func `a command that fails for the first time is a dead letter as its golden file says`() throws {
        try GoldenFile("dead-letter-first").expectEqual(deadLetter(Self.failing))
    }

    @Test func `a command that fails again after a redrive is a dead letter as its golden file says`() throws {
        let again = redriven(try deadLetter(Self.failing), offset: 2_000)
        let letter = try deadLetter(again, at: UnixMilliseconds(1_795_345_200_000))
        try GoldenFile("dead-letter-again").expectEqual(letter)
        #expect(letter.headers.count == Self.failing.headers.count + DeadLetterHeader.allCases.count)
    }

    @Test func `key, value, headers and timestamp are unchanged, whatever they are`() throws {
        let message = KafkaRecord(
            position: RecordPosition(topic: "t", partition: 5, offset: 1),
            timestamp: nil,
            key: nil,
            value: nil,
            headers: [
                RecordHeader(name: "a", value: nil), RecordHeader(name: "a", value: []),
                RecordHeader(name: "", text: "x"),
            ]
        )
        let letter = try deadLetter(message)
        #expect(letter.key == nil)
        #expect(letter.value == nil)
        #expect(letter.timestamp == nil)
        #expect(RecordHeaders(letter.headers.prefix(3)) == message.headers)
        #expect(letter.partition == 1)
    }

    @Test(
        arguments: [(3, 2, 1), (3, 4, 3), (3, 1, 0), (0, 6, 0), (7, 3, 1), (3, 0, nil), (3, nil, nil), (-1, 3, nil)]
            as [(Int32, Int32?, Int32?)]
    )
    func `the partition is that of the same number modulo the count`(
        number: Int32,
        count: Int32?,
        expected: Int32?
    ) throws {
        let encoder = DeadLetterEncoder(topic: "d", group: "g", partitionCount: count)
        let message = KafkaRecord(position: RecordPosition(topic: "t", partition: number, offset: 1), value: nil)
        #expect(try deadLetter(message, encoder: encoder).partition == expected)
    }

    @Test func `headers of ours that anybody made up do not pile up or mislead`() throws {
        let foreign = DeadLetterHeader.allCases.flatMap { header in
            ["", "-5", "99999999999999999999", "\u{0}x", "2026-99-99T00:00:00Z"].map {
                RecordHeader(name: header.name, text: $0)
            }
                + [
                    RecordHeader(name: header.name, value: nil),
                    RecordHeader(name: header.name, value: [0xff]),
                ]
        }
        let letter = try deadLetter(record(nil, headers: RecordHeaders(foreign)))
        #expect(letter.headers.count == DeadLetterHeader.allCases.count)
        #expect(text(.deliveryCount, of: letter) == ["1"])
        #expect(text(.redriveCount, of: letter) == ["0"])
        #expect(text(.firstFailedAt, of: letter) == [Self.failedAt.description])
    }

    @Test func `counts go on from the earlier dead letter`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "__dlq.errors.delivery.count", text: "41"),
            RecordHeader(name: "dlq-redrive-count", text: "7"),
            RecordHeader(name: "dlq-first-failed-at", text: "2026-01-02T03:04:05.678Z"),
        ]
        let letter = try deadLetter(record(nil, headers: headers))
        #expect(text(.deliveryCount, of: letter) == ["42"])
        #expect(text(.redriveCount, of: letter) == ["7"])
        #expect(text(.firstFailedAt, of: letter) == ["2026-01-02T03:04:05.678Z"])
        #expect(text(.lastFailedAt, of: letter) == [Self.failedAt.description])
    }

    @Test(arguments: [
        (String(repeating: "é", count: 600), 1_024), ("a" + String(repeating: "é", count: 600), 1_023),
        (String(repeating: "\u{1F600}", count: 300), 1_024), (String(repeating: "x", count: 1_024), 1_024),
        ("short", 5),
        ("aa" + String(repeating: "\u{1F600}", count: 300), 1_022),
    ])
    func `a long message is cut between code points`(message: String, bytes: Int) throws {
        let context = try refusal(record(nil)).context
        let failure = CommandFailure(code: .rejected, message: message)
        let letter = Self.encoder.encode(failure, of: context, failedAt: Self.failedAt)
        let cut = try #require(text(.message, of: letter).first ?? nil)
        #expect(cut.utf8.count == bytes)
        #expect(message.hasPrefix(cut))
    }

    @Test func `only a failed result is a dead letter`() throws {
        let context = try refusal(record(nil)).context
        let failure = CommandFailure(code: .retriesExhausted, message: "m")
        func result(_ outcome: CommandOutcome) -> CommandResult {
            CommandResult(context: context, outcome: outcome, attempts: 1, completedAt: Self.failedAt)
        }
        #expect(Self.encoder.encode(result(.created(.created, CustomerDocument(json: [0x7b, 0x7d])))) == nil)
        let letter = try #require(Self.encoder.encode(result(.failed(failure))))
        #expect(letter == Self.encoder.encode(failure, of: context, failedAt: Self.failedAt))
        #expect(text(.retryable, of: letter) == ["true"])
        #expect(text(.code, of: letter) == ["retries_exhausted"])
    }
}
