import CustomerContract
import JSON
import Records
import Testing

@Suite struct StructuredCloudEventTests {
    static func headers(_ contentType: String = "application/cloudevents+json") -> RecordHeaders {
        [RecordHeader(name: "content-type", text: contentType)]
    }

    @Test(arguments: [
        "application/cloudevents+json", "application/cloudevents+json; charset=UTF-8",
        "Application/CloudEvents+JSON ;x=y",
        " application/cloudevents+json",
    ])
    func `the body is taken out of data and the id out of the event`(contentType: String) throws {
        let event = #"{"specversion":"1.0","id":"ev-1","type":"t","source":"s","data":"# + sampleBody + "}"
        let command = try command(event, headers: Self.headers(contentType))
        #expect(command.context.id == CommandID("ev-1"))
        #expect(String(decoding: command.encodedBody(), as: UTF8.self) == sampleBody)
    }

    @Test func `the name of the content-type header is read without regard to case`() throws {
        let header = RecordHeader(name: "Content-Type", text: "application/cloudevents+json")
        #expect(try command(#"{"data":{"external_id":"a"}}"#, headers: [header]).externalID == ExternalID("a"))
    }

    @Test(arguments: ["application/json", "application/cloudevents", "application/cloudevents+jsonx", "", ";"])
    func `other content types leave the value as the body`(contentType: String) throws {
        #expect(try command(sampleBody, headers: Self.headers(contentType)).externalID == ExternalID("acct_8412"))
    }

    @Test(arguments: [
        ("eyJleHRlcm5hbF9pZCI6ImEifQ==", "a"), ("eyJleHRlcm5hbF9pZCI6ImFiIn0=", "ab"),
        ("eyJleHRlcm5hbF9pZCI6ImFiYyJ9", "abc"),
    ])
    func `a body in data_base64 is decoded`(text: String, id: String) throws {
        let event = "{\"data_base64\":\"\(text)\"}"
        #expect(try command(event, headers: Self.headers()).externalID == ExternalID(id))
    }

    @Test(arguments: [
        (#"{"id":"e"}"#, "no data"), (#"{"id":"e","data":[]}"#, "an array"), (#"{"id":"e","data":"{}"}"#, "a string"),
        (#"{"id":"e","data":null}"#, "null"), (#"{"id":"e","data_base64":{}}"#, "an object"),
        (#"{"id":"e","data":{},"data":{}}"#, "more than once"),
        (#"{"id":"e","data":{},"data_base64":""}"#, "more than once"),
        (#"{"id":"e","data_base64":"e30"}"#, "not base64"), (#"{"id":"e","data_base64":"e3=="}"#, "not base64"),
        (#"{"id":"e","data_base64":"e30\n"}"#, "not base64"), (#"{"id":"e","data_base64":"===="}"#, "not base64"),
        (#"{"id":"e","data_base64":""}"#, "data_base64"), (#"{"id":"e","data_base64":"W10="}"#, "an array"),
        (#"{"id":"e","data_base64":"e30x"}"#, "data_base64"),
    ])
    func `an event without a usable body is refused under its own id`(event: String, words: String) throws {
        let (context, failure) = try refusal(record(event, headers: Self.headers()))
        #expect(failure.code == .invalidJSON)
        #expect(failure.message.contains(words))
        #expect(context.id == CommandID("e"))
    }

    @Test func `an event's unusable id gives way to the header's and to the position`() throws {
        let event = #"{"id":"","data":{"external_id":"a"}}"#
        #expect(try command(event, headers: Self.headers()).context.id == CommandID("customer_commands/3/1207"))
        let headers = RecordHeaders(Self.headers() + [RecordHeader(name: "ce_id", text: "h")])
        #expect(try command(event, headers: headers).context.id == CommandID("h"))
    }

    @Test func `an event that is no JSON object is refused like any other value`() throws {
        #expect(try refusal(record("[]", headers: Self.headers())).failure.code == .invalidJSON)
    }

    @Test func `the envelope does not cost the body a level of nesting`() throws {
        func event(_ depth: Int) -> String {
            #"{"data":{"external_id":"a","x":"# + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth) + "}}"
        }
        #expect(throws: Never.self) { try command(event(63), headers: Self.headers()) }
        #expect(try refusal(record(event(64), headers: Self.headers())).failure.code == .invalidJSON)
    }

    @Test func `a NUL in the body of an event is found`() throws {
        let event = #"{"data":{"external_id":"a","name":"\u0000"}}"#
        #expect(try refusal(record(event, headers: Self.headers())).failure.details?.members.map(\.name) == ["name"])
    }
}
