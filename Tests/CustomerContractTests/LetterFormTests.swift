import CustomerContract
import Records
import Testing

/// Dead letters as they are written when their topic refuses the command as it is.
@Suite struct LetterFormTests {
    private static let encoder = DeadLetterEncoderTests.encoder
    private static let key = [UInt8](repeating: 0x6b, count: 3_000)
    private static let timestamp = UnixMilliseconds(1_795_341_600_000)

    private static func message(key: [UInt8]? = key, headers: RecordHeaders = []) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207),
            timestamp: timestamp,
            key: key,
            value: Array("{".utf8),
            headers: RecordHeaders(
                headers + [RecordHeader(name: "tenant", value: [0xff]), RecordHeader(name: "ce_id", text: "c-1")]
            )
        )
    }

    private static func letter(_ form: LetterForm, of message: KafkaRecord) throws -> ProducerRecord {
        let (context, failure) = try refusal(message)
        return encoder.encode(failure, of: context, failedAt: DeadLetterEncoderTests.failedAt, form: form)
    }

    static let forms: [(LetterForm, [DeadLetterReduction: String])] = [
        ([], [:]), (.withoutValue, [.valueDropped: "1"]), (.withoutHeaders, [.headersDropped: "2"]),
        (.cutKey, [.keyCut: "3000"]), (.addedKey, [:]), (.ownTimestamp, [.timestampReplaced: timestamp.description]),
        (
            [.withoutValue, .withoutHeaders, .cutKey, .ownTimestamp],
            [
                .valueDropped: "1", .headersDropped: "2", .keyCut: "3000",
                .timestampReplaced: timestamp.description,
            ]
        ),
    ]

    @Test(arguments: Self.forms)
    func `a form leaves out what it names, says so in a header, and is read back`(
        _ form: LetterForm,
        _ expected: [DeadLetterReduction: String]
    ) throws {
        let letter = try Self.letter(form, of: Self.message())
        #expect(letter.value == (form.contains(.withoutValue) ? nil : Array("{".utf8)))
        #expect(letter.key?.count == (form.contains(.cutKey) ? LetterForm.maximumCutKeyBytes : 3_000))
        #expect(letter.timestamp == (form.contains(.ownTimestamp) ? DeadLetterEncoderTests.failedAt : Self.timestamp))
        #expect(letter.headers.contains { $0.name == "tenant" } != form.contains(.withoutHeaders))
        let notice = try FailureNotice(reading: letter.headers)
        #expect(notice.reductions == expected)
        #expect(notice.commandID == CommandID("c-1"))
    }

    @Test func `a command without a key gets its id as key`() throws {
        let letter = try Self.letter(.addedKey, of: Self.message(key: nil))
        #expect(letter.key == Array("c-1".utf8))
        #expect(try FailureNotice(reading: letter.headers).reductions == [.keyAdded: "true"])
    }

    @Test func `a dead letter in the smallest form is as its golden file says`() throws {
        let letter = try Self.letter(
            [.withoutValue, .withoutHeaders, .cutKey, .ownTimestamp],
            of: Self.message(key: [0x6b])
        )
        try GoldenFile("dead-letter-smallest").expectEqual(letter)
    }

    @Test func `what an earlier dead letter said of itself does not pile up`() throws {
        let earlier = RecordHeaders(DeadLetterReduction.allCases.map { RecordHeader(name: $0.name, text: "17") })
        let letter = try Self.letter([], of: Self.message(headers: earlier))
        #expect(letter.headers.allSatisfy { DeadLetterReduction(name: $0.name) == nil })
    }
}
