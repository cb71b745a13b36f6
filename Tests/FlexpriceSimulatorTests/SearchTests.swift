import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SearchTests {
    @Test(arguments: [
        (#"{"external_ids":["a","c/d"],"limit":2}"#, ["a", "c/d"], 2, 2, 2),
        (#"{"external_ids":["a","a"]}"#, ["a"], 1, 50, 50),
        (#"{"external_ids":["A"],"limit":2}"#, [], 0, 2, 2),
        (#"{"external_id":"b"}"#, ["b"], 1, 50, 50),
        (#"{"external_id":"b","external_ids":["a"]}"#, [], 0, 50, 50),
        (#"{"External_IDs":["b"],"limit":0}"#, ["b"], 1, 50, 50),
        (#"{"external_ids":[]}"#, ["a", "b", "c/d"], 3, 50, 50),
        ("{}", ["a", "b", "c/d"], 3, 50, 50),
        ("null", ["a", "b", "c/d"], 3, 50, 50),
        (#"{"email":"b@x.co"}"#, ["b"], 1, 50, 50),
        (#"{"status":"archived"}"#, ["old"], 1, 50, 50),
        (#"{"status":"","limit":1000,"offset":2}"#, ["a"], 3, 1000, 1002),
        (#"{"status":"deleted"}"#, [], 0, 50, 50),
        (#"{"limit":1}"#, ["c/d"], 3, 1, 1),
        (#"{"limit":1,"offset":1}"#, ["b"], 3, 1, 2),
        (#"{"limit":2,"order":"asc"}"#, ["a", "b"], 3, 2, 2),
        (#"{"offset":9}"#, [], 3, 50, 59),
    ])
    func `a search filters and counts as the server does`(
        body: String,
        found: [String],
        total: Int,
        limit: Int,
        offset: Int
    ) async throws {
        let time = ManualClock()
        try await withSimulator {
            $0.clock = time.clock
        } _: { harness in
            for id in ["old", "a", "b", "c/d"] {
                time.advance(by: .seconds(1))
                _ = try await harness.send(
                    .POST,
                    "/v1/customers",
                    #"{"external_id":"\#(id)","name":"A","email":"\#(id.prefix(1))@x.co"}"#
                )
            }
            harness.state.archive(externalID: "old")
            let reply = try await harness.search(body)
            #expect(reply.status == 200)
            let ids = reply.body.matches(of: /"external_id":"([^"]*)"/).map { String($0.output.1) }
            #expect(ids.sorted() == found.sorted())
            #expect(
                reply.body.hasSuffix(
                    #""pagination":{"total":\#(total),"limit":\#(limit),"offset":\#(offset)}}"#
                )
            )
        }
    }

    @Test func `an empty result is an empty list`() async throws {
        try await withSimulator { harness in
            let reply = try await harness.search(#"{"external_ids":["acct_8412"],"limit":2}"#)
            #expect(reply.body == #"{"items":[],"pagination":{"total":0,"limit":2,"offset":2}}"#)
        }
    }

    @Test(arguments: [
        ("", "Invalid filter parameters"), ("[]", "Invalid filter parameters"),
        (#"{"external_ids":"a"}"#, "Invalid filter parameters"),
        (#"{"external_ids":[1]}"#, "Invalid filter parameters"),
        (#"{"limit":"1"}"#, "Invalid filter parameters"), (#"{"limit":1001}"#, "Invalid filter parameters"),
        (#"{"limit":-1}"#, "Invalid filter parameters"), (#"{"limit":1.0}"#, "Invalid filter parameters"),
        (#"{"offset":-1}"#, "Invalid filter parameters"), (#"{"order":"up"}"#, "Invalid filter parameters"),
        (#"{"email":"nope"}"#, "Please provide a valid email"),
    ])
    func `a filter that makes no sense is a 400`(body: String, message: String) async throws {
        try await withSimulator { harness in
            let reply = try await harness.search(body)
            #expect(reply.status == 400)
            #expect(reply.text("code") == "validation_error")
            #expect(reply.text("message") == message)
        }
    }
}
