import CustomerContract
import JSON
import Records
import Testing

@Suite struct CommandReaderTests {
    @Test func `the seed's ten fields are a command and are sent exactly as they came`() throws {
        let command = try command(sampleBody)
        #expect(command.externalID == ExternalID("acct_8412"))
        #expect(String(decoding: command.encodedBody(), as: UTF8.self) == sampleBody)
        #expect(command.unknownFields.isEmpty)
        #expect(command.context.externalID == command.externalID)
        #expect(command.context.trace == nil)
        #expect(command.context.correlation == ReplyCorrelation())
    }

    @Test(arguments: [
        (#"{"external_id":"a"}"#, #"{"external_id":"a","name":"a"}"#),
        (#"{"name":null,"external_id":"a","email":null}"#, #"{"external_id":"a","email":null,"name":"a"}"#),
        (#"{"name":" ","external_id":"a"}"#, #"{"name":" ","external_id":"a"}"#),
    ])
    func `a command without name is sent with the external_id for it`(body: String, sent: String) throws {
        #expect(String(decoding: try command(body).encodedBody(), as: UTF8.self) == sent)
    }

    @Test func `unknown fields are passed on untouched and named`() throws {
        let body = #"{"external_id":"a","name":"n","x":{"k":[1.0,1e2,null]},"tags":["é"],"y":null}"#
        let command = try command(body)
        #expect(command.unknownFields == ["x", "tags", "y"])
        #expect(String(decoding: command.encodedBody(), as: UTF8.self) == body)
    }

    @Test func `nothing of an id is trimmed, re-cased or normalised`() throws {
        let command = try command("{\"external_id\":\" Cafe\u{301}\\t\",\"name\":\" N \"}")
        #expect(command.externalID == ExternalID(" Cafe\u{301}\t"))
        #expect(command.fields["name"] == .string(" N "))
    }

    static let unreadable: [([UInt8]?, ErrorCode, String)] = [
        (nil, .invalidJSON, "tombstone"), ([], .invalidJSON, "empty"), (Array(" ".utf8), .invalidJSON, "white space"),
        ([0, 0, 0, 0, 1] + Array(sampleBody.utf8), .schemaFramedPayload, "0x00"),
        ([1] + Array(sampleBody.utf8), .schemaFramedPayload, "0x01"), ([0], .schemaFramedPayload, "0x00"),
        ([2] + Array(sampleBody.utf8), .invalidJSON, "byte 0,"),
        ([0xef, 0xbb, 0xbf] + Array("{}".utf8), .invalidJSON, "byte order mark"),
        (Array("[{}]".utf8), .invalidJSON, "an array"), (Array("null".utf8), .invalidJSON, "is null"),
        (Array("\"{}\"".utf8), .invalidJSON, "a string"), (Array(sampleBody.utf8.dropLast()), .invalidJSON, "cut off"),
        (Array((sampleBody + "x").utf8), .invalidJSON, "follows"),
        ([0x7b, 0x22, 0xff, 0x22, 0x7d], .invalidJSON, "byte 2"),
        (Array(#"{"external_id":"\ud800"}"#.utf8), .invalidJSON, "surrogate"),
        (Array("<html>".utf8), .invalidJSON, "expected here"),
    ]

    @Test(arguments: unreadable)
    func `a value that is no JSON object gets its code and a message that says why`(
        value: [UInt8]?,
        code: ErrorCode,
        words: String
    ) throws {
        let (context, failure) = try refusal(record(value))
        #expect(failure.code == code)
        #expect(failure.message.contains(words))
        #expect(failure.retryable == false)
        #expect(failure.httpStatus == 400)
        #expect(context.externalID == nil)
        #expect(context.id == CommandID("customer_commands/3/1207"))
    }

    @Test func `nesting to 64 is read and beyond it is refused with the bound`() throws {
        func body(_ depth: Int) -> String {
            bodyWith("\"x\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        }
        #expect(throws: Never.self) { try command(body(63)) }
        let failure = try refusal(record(body(64))).failure
        #expect(failure.code == .invalidJSON)
        #expect(failure.message.contains("more than 64 deep"))
        #expect(failure.details?["byte_offset"] != nil)
    }

    @Test func `size is judged before anything else, and the bound itself is allowed`() throws {
        let value = Array(sampleBody.utf8)
        #expect(throws: UnexpectedlyAccepted.self) { try refusal(record(value), maximumBytes: value.count) }
        let failure = try refusal(record([0] + value), maximumBytes: value.count).failure
        #expect(failure.code == .payloadTooLarge)
        #expect(failure.httpStatus == 413)
        #expect(failure.details?["bytes"] == .number(JSONNumber(value.count + 1)))
        #expect(failure.details?["maximum_bytes"] == .number(JSONNumber(value.count)))
    }

    @Test func `a refused command still names its customer`() throws {
        let (context, failure) = try refusal(record(#"{"external_id":"acct_1","email":"x","address_country":"us"}"#))
        #expect(context.externalID == ExternalID("acct_1"))
        #expect(failure.code == .invalidCommand)
        #expect(failure.details?.members.map(\.name) == ["email", "address_country"])
    }

    @Test(arguments: [
        #"{"external_id":""}"#, #"{"external_id":5}"#, #"{"external_id":"a","external_id":"b"}"#, #"{"email":"x"}"#,
    ])
    func `an unusable external_id is not taken for the customer`(body: String) throws {
        #expect(try refusal(record(body)).context.externalID == nil)
    }

    @Test(arguments: [
        ("0f9ad3e0", "0f9ad3e0"), (String(repeating: "x", count: 255), String(repeating: "x", count: 255)), ("é", "é"),
        (String(repeating: "x", count: 256), "customer_commands/3/1207"), ("", "customer_commands/3/1207"),
        ("a\r\nb", "customer_commands/3/1207"), ("a\u{7f}", "customer_commands/3/1207"),
        ("a\u{85}", "customer_commands/3/1207"),
    ])
    func `ce_id is the command's id where it is usable`(value: String, id: String) throws {
        #expect(
            try command(sampleBody, headers: [RecordHeader(name: "ce_id", text: value)]).context.id == CommandID(id)
        )
    }

    @Test(arguments: [[0xff, 0xfe], nil] as [[UInt8]?])
    func `a ce_id that is not text is ignored`(value: [UInt8]?) throws {
        let header = RecordHeader(name: "ce_id", value: value)
        #expect(try command(sampleBody, headers: [header]).context.id == CommandID("customer_commands/3/1207"))
    }

    @Test func `of a repeated header the last counts, and names have their case`() throws {
        let headers: RecordHeaders = ["CE_ID": "id-0", "ce_id": "id-1", "ce_id": "id-2", "Ce_Id": "id-3"]
        #expect(try command(sampleBody, headers: headers).context.id == CommandID("id-2"))
    }

    @Test func `envelope mode checks only size, JSON and external_id`() throws {
        let body =
            #"{"external_id":"a","email":5,"address_country":"us","External_Id2":1,"Email":"x","x":1,"x":2,"#
            + #""name":"\u0000"}"#
        #expect(String(decoding: try command(body, mode: .envelope).encodedBody(), as: UTF8.self) == body)
        #expect(try details(#"{"external_id":"\u0000","email":5}"#, mode: .envelope).keys.sorted() == ["external_id"])
        #expect(
            try details(#"{"external_id":"a","External_ID":"b"}"#, mode: .envelope).keys.sorted() == ["External_ID"]
        )
        #expect(
            try details(#"{"external_id":"a","external_id":"a"}"#, mode: .envelope).keys.sorted() == ["external_id"]
        )
        #expect(try refusal(record("[]"), mode: .envelope).failure.code == .invalidJSON)
        #expect(try refusal(record(sampleBody), mode: .envelope, maximumBytes: 10).failure.code == .payloadTooLarge)
    }
}
