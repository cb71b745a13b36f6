import CustomerContract
import JSON
import Kafka
import Records
import Testing
import Topics

@Suite struct ResultEventTests {
    private static func record(_ value: String?, _ headers: [(String, String)] = []) -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(topic: "customer_results", partition: 2, offset: 41),
            timestamp: UnixMilliseconds(1_764_064_800_000),
            key: nil,
            value: value.map { Array($0.utf8) },
            headers: RecordHeaders(headers.map { RecordHeader(name: HeaderName($0.0), text: $0.1) })
        )
    }

    private static let command = #""command":{"id":"signup-1","topic":"customer_commands","partition":3,"offset":1207}"#

    private static func created(_ outcome: String = "created", customer: String = #"{"id":"cust_1"}"#) -> String {
        #"{"status":"created","outcome":"\#(outcome)","external_id":"acct_1","customer":\#(customer),\#(Self.command),"#
            + #""attempts":2,"completed_at":"2026-11-24T10:00:01.000Z"}"#
    }

    private static let failed =
        #"{"status":"failed","external_id":"acct_1","error":{"code":"rejected","message":"no such tax code","#
        + #""http_status":404,"details":{"code":"not_found"}},\#(Self.command),"attempts":1}"#

    @Test func `a created result tells its customer and its command`() throws {
        let event = try #require(ResultEvent(Self.record(Self.created())))
        #expect(event.isCreated)
        #expect(event.code == "created")
        #expect(event.position == RecordPosition(topic: "customer_results", partition: 2, offset: 41))
        #expect(event.command == RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207))
        #expect(event.commandID == CommandID("signup-1"))
        #expect(event.externalID == ExternalID("acct_1"))
        #expect(event.customerID == "cust_1")
        #expect(event.attempts == 2)
        #expect(event.completedAt?.description == "2026-11-24T10:00:01.000Z")
        #expect(event.timestamp?.value == 1_764_064_800_000)
        #expect(event.message == nil && event.details == nil && event.httpStatus == nil)
    }

    @Test func `a failed result tells its error`() throws {
        let event = try #require(ResultEvent(Self.record(Self.failed)))
        #expect(!event.isCreated)
        #expect(event.code == "rejected")
        #expect(event.message == "no such tax code")
        #expect(event.httpStatus == 404)
        #expect(event.details?["code"] == .string("not_found"))
        #expect(event.customerID == nil)
    }

    @Test func `outcomes and codes that a later version adds pass`() throws {
        #expect(ResultEvent(Self.record(Self.created("merged")))?.code == "merged")
        let later = Self.failed.replacing("rejected", with: "throttled")
        #expect(ResultEvent(Self.record(later))?.code == "throttled")
    }

    @Test(arguments: [
        nil, "", "[]", "{}", #"{"status":"created"}"#,
        #"{"status":"pending","outcome":"created","command":{"id":"a"}}"#,
        #"{"status":"created","outcome":"created"}"#, #"{"status":"failed","outcome":"created","command":{"id":"a"}}"#,
    ])
    func `what is no result event is none`(_ value: String?) {
        #expect(ResultEvent(Self.record(value)) == nil)
    }

    @Test func `the header names the command before the body does, and the last of two counts`() throws {
        let record = Self.record(Self.created(), [("ce_causationid", "a"), ("ce_causationid", "b")])
        #expect(ResultEvent.commandID(of: record) == CommandID("b"))
        #expect(ResultEvent(record)?.commandID == CommandID("b"))
        #expect(ResultEvent.correlationID(of: record) == nil)
        #expect(ResultEvent.correlationID(of: Self.record(nil, [("correlationId", "c-1")])) == "c-1")
    }

    @Test func `a customer nested as deep as a command may be is read`() {
        let deep =
            #"{"id":"cust_1","metadata":"# + String(repeating: "[", count: 64)
            + String(repeating: "]", count: 64) + "}"
        #expect(ResultEvent(Self.record(Self.created(customer: deep)))?.customerID == "cust_1")
    }

    @Test func `a command's place that is none is nil`() throws {
        let value = Self.created().replacing("\"partition\":3", with: "\"partition\":3000000000")
        let event = try #require(ResultEvent(Self.record(value)))
        #expect(event.command == nil)
    }
}
