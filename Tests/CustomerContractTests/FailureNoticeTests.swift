import CustomerContract
import Records
import Testing

/// Dead letters as their readers see them; that they agree with the schema, Tests/Contract/agreement.py shows.
@Suite struct FailureNoticeTests {
    private static var letter: RecordHeaders {
        let message = KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 1, offset: 2),
            value: Array("x".utf8),
            headers: [RecordHeader(name: HeaderName.ceID, text: "c-7"), RecordHeader(name: "tenant", value: [0xff])]
        )
        let decoded = CommandReader().read(message)
        guard case .refused(let context, let failure) = decoded else { return [] }
        return DeadLetterEncoder(topic: "dlq", group: "workers", partitionCount: 1)
            .encode(failure, of: context, failedAt: UnixMilliseconds(42)).headers
    }

    @Test func `what the encoder wrote is read`() throws {
        let notice = try FailureNotice(reading: Self.letter)
        #expect(notice.commandID == CommandID("c-7"))
        #expect(notice.command == RecordPosition(topic: "customer_commands", partition: 1, offset: 2))
        #expect(notice.group == "workers")
        #expect(notice.code == .invalidJSON)
        #expect(notice.message.contains("JSON"))
        #expect(!notice.isRetryable)
        #expect(notice.deliveryCount == 1)
        #expect(notice.redriveCount == 0)
        #expect(notice.firstFailedAt == UnixMilliseconds(42))
        #expect(notice.lastFailedAt == UnixMilliseconds(42))
    }

    @Test(arguments: DeadLetterHeader.allCases)
    func `each header is needed, and the last of its name counts`(_ header: DeadLetterHeader) {
        let without = Self.letter.filter { $0.name != header.name }
        for headers in [without, RecordHeaders(Self.letter + [RecordHeader(name: header.name, value: nil)])] {
            do throws(UnreadableEvent) {
                _ = try FailureNotice(reading: headers)
                Issue.record("read without \(header.rawValue)")
            } catch {
                #expect(error.place == header.rawValue)
            }
        }
    }
}
