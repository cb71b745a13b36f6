import CustomerContract
import JSON
import Records
import Testing

/// Results as their readers see them; that they agree with the schema, Tests/Contract/agreement.py shows.
@Suite struct CustomerResultTests {
    private static let created = """
        {"status":"created","outcome":"replayed","external_id":"acct_1","customer":{"id":"cust_1","seats":1.50},\
        "command":{"id":"c-7","topic":"customer_commands","partition":3,"offset":1207,\
        "timestamp":"2026-11-22T10:00:00.000Z"},"attempts":0,"completed_at":"2026-11-22T10:00:00.042Z",\
        "since_a_later_version":[]}
        """
    private static let failed = """
        {"status":"failed","error":{"code":"rejected","message":"no","retryable":false,"http_status":404,\
        "details":{"a":1}},"command":{"id":"t/0/1","topic":"t","partition":0,"offset":1},"attempts":2,\
        "completed_at":"2026-11-22T10:00:00.042Z"}
        """

    private static func read(_ text: String) throws(UnreadableEvent) -> CustomerResult {
        try CustomerResult(decoding: Array(text.utf8))
    }

    @Test func `a created result gives its customer, numbers as they were spelt`() throws {
        let result = try Self.read(Self.created)
        #expect(result.commandID == CommandID("c-7"))
        #expect(result.externalID == ExternalID("acct_1"))
        #expect(result.command == RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207))
        #expect(result.commandTimestamp == UnixMilliseconds(parsing: "2026-11-22T10:00:00Z"))
        #expect(result.completedAt == UnixMilliseconds(parsing: "2026-11-22T10:00:00.042Z"))
        guard case .created(.replayed, let customer) = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(customer.json == Array(#"{"id":"cust_1","seats":1.50}"#.utf8))
    }

    @Test func `a failed result gives its failure`() throws {
        let result = try Self.read(Self.failed)
        #expect(result.externalID == nil)
        #expect(result.attempts == 2)
        let details = JSONObject([.init(name: "a", value: .number(JSONNumber(1)))])
        let failure = CommandFailure(code: .rejected, message: "no", httpStatus: 404, details: details)
        #expect(result.outcome == .failed(failure))
    }

    @Test(arguments: [
        (#""status":"created""#, #""status":"made""#, "status"),
        (#""outcome":"replayed","#, "", "outcome"),
        (#""external_id":"acct_1","#, "", "external_id"),
        (#""partition":3"#, #""partition":-1"#, "command.partition"),
        (#""attempts":0"#, #""attempts":1.0"#, "attempts"),
        (".042Z", "Z", "completed_at"),
        (#""attempts":0"#, #""attempts":0,"error":{}"#, "error"),
    ])
    func `what is not as it should be is named`(_ part: String, _ other: String, _ place: String) throws {
        let text = Self.created.split(separator: part, maxSplits: 1).joined(separator: other)
        #expect(text != Self.created)
        #expect(throws: UnreadableEvent.self) { try Self.read(text) }
        do throws(UnreadableEvent) {
            _ = try Self.read(text)
        } catch {
            #expect(error.place == place)
        }
    }

    @Test func `a customer as deep as a command may be is read`() throws {
        let deep = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        let text = Self.created.split(separator: #""seats":1.50"#).joined(separator: #""x":"# + deep)
        #expect(throws: Never.self) { try Self.read(text) }
    }
}
