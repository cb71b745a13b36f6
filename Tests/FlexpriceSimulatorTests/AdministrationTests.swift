import FlexpriceSimulator
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AdministrationTests {
    @Test func `every fault has a JSON form that is read back as it was`() async throws {
        let faults: [(String, Fault)] = [
            (#"{"fault":"delay_before_commit","milliseconds":200}"#, .timed(.delayBeforeCommit, .milliseconds(200))),
            (#"{"fault":"delay_after_commit","milliseconds":200}"#, .timed(.delayAfterCommit, .milliseconds(200))),
            (#"{"fault":"drop_before_commit"}"#, .plain(.dropBeforeCommit)),
            (#"{"fault":"drop_after_commit"}"#, .plain(.dropAfterCommit)),
            (#"{"fault":"black_hole"}"#, .plain(.blackHole)),
            (#"{"fault":"unauthorized"}"#, .plain(.unauthorized)),
            (#"{"fault":"forbidden","reason":"environment_access"}"#, .forbidden(.environmentAccess)),
            (#"{"fault":"environment_lookup_failed"}"#, .plain(.environmentLookupFailed)),
            (#"{"fault":"tenant_check_failed"}"#, .plain(.tenantCheckFailed)),
            (#"{"fault":"database_error"}"#, .plain(.databaseError)),
            (#"{"fault":"internal_error"}"#, .plain(.internalError)),
            (#"{"fault":"panic"}"#, .plain(.panic)), (#"{"fault":"workflow_stub"}"#, .plain(.workflowStub)),
            (#"{"fault":"tax_association_conflict"}"#, .plain(.taxAssociationConflict)),
            (#"{"fault":"constraint_violation"}"#, .plain(.constraintViolation)),
            (#"{"fault":"unknown_tax_rate"}"#, .plain(.unknownTaxRate)),
            (#"{"fault":"inactive_tax_rate"}"#, .plain(.inactiveTaxRate)),
            (#"{"after_commit":false,"fault":"request_timeout"}"#, .edge(.requestTimeout)),
            (#"{"after_commit":false,"fault":"payload_too_large"}"#, .edge(.payloadTooLarge)),
            (#"{"after_commit":false,"fault":"unsupported_media_type"}"#, .edge(.unsupportedMediaType)),
            (
                #"{"after_commit":false,"fault":"too_many_requests","retry_after":3}"#,
                .edge(.tooManyRequests(.seconds(3)))
            ),
            (
                #"{"after_commit":false,"fault":"service_unavailable","retry_after_date":3}"#,
                .edge(.serviceUnavailable(.date(secondsFromNow: 3)))
            ),
            (#"{"after_commit":true,"fault":"bad_gateway"}"#, .edge(.badGateway, afterCommit: true)),
            (#"{"after_commit":true,"fault":"gateway_timeout"}"#, .edge(.gatewayTimeout, afterCommit: true)),
            (#"{"fault":"redirect","location":"https://x/"}"#, .redirect(location: "https://x/")),
            (#"{"fault":"legacy_error_shape"}"#, .plain(.legacyErrorShape)),
            (#"{"fault":"replica_lag","milliseconds":1}"#, .timed(.replicaLag, .milliseconds(1))),
            (#"{"fault":"slow_body","milliseconds":1}"#, .timed(.slowBody, .milliseconds(1))),
            (#"{"fault":"truncated_body"}"#, .plain(.truncatedBody)),
            (#"{"fault":"ok_instead_of_created"}"#, .plain(.okInsteadOfCreated)),
            (#"{"external_id":"b","fault":"other_external_id"}"#, .otherExternalID("b")),
            (
                #"{"body":"<p>no</p>","content_type":"text/html","fault":"answer","status":418}"#,
                .answer(status: 418, contentType: "text/html", body: "<p>no</p>")
            ),
        ]
        try await withSimulator { harness in
            let body = "[" + faults.map(\.0).joined(separator: ",") + "]"
            let reply = try await harness.send(.PUT, "/_simulator/faults", body, key: nil)
            #expect(reply.status == 200)
            #expect(harness.state.faults.map(\.fault) == faults.map(\.1))
            #expect(reply.body == body)
            #expect(try await harness.send(.GET, "/_simulator/faults", key: nil).body == body)
        }
    }

    @Test func `a scope is read and applied`() async throws {
        try await withSimulator { harness in
            _ = try await harness.send(
                .PUT,
                "/_simulator/faults",
                #"[{"fault":"unauthorized","routes":["create","search"],"skip":1,"requests":2,"share":0.5,"seed":9,"#
                    + #""for_milliseconds":1e3,"external_ids":["a"]}]"#
            )
            let scope = FaultScope(
                routes: [.create, .search],
                skip: 1,
                requests: 2,
                share: 0.5,
                seed: 9,
                duration: .seconds(1),
                externalIDs: ["a"]
            )
            #expect(harness.state.faults == [FaultRule(.plain(.unauthorized), scope)])
            _ = try await harness.send(.PUT, "/_simulator/faults", "[]")
            #expect(harness.state.faults.isEmpty)
        }
    }

    @Test(arguments: [
        (#"[{"fault":"nope"}]"#, "unknown fault nope"), (#"[{}]"#, "faults[0]"), ("{}", "faults"), ("", "faults"),
        (#"[{"fault":"delay_before_commit"}]"#, "faults[0]"),
        (#"[{"fault":"delay_before_commit","milliseconds":-1}]"#, "faults[0].milliseconds"),
        (#"[{"fault":"delay_before_commit","milliseconds":1e30}]"#, "faults"),
    ])
    func `faults that make no sense are refused and change nothing`(body: String, message: String) async throws {
        try await withSimulator { harness in
            harness.state.inject(.plain(.unauthorized))
            let reply = try await harness.send(.PUT, "/_simulator/faults", body)
            #expect(reply.status == 400)
            #expect(reply.body.contains(message))
            #expect(harness.state.faults.map(\.fault) == [.plain(.unauthorized)])
        }
    }

    @Test func `requests are shown without the key, and the routes' own requests are not`() async throws {
        try await withSimulator { harness in
            try await harness.create("a", headers: [("X-Custom", "1"), ("Authorization", "Bearer secret")])
            _ = try await harness.send(.GET, "/v1/customers/external/a%20b?x=1")
            let reply = try await harness.send(.GET, "/_simulator/requests", key: nil)
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""method":"POST","path":"/v1/customers""#))
            #expect(reply.body.contains(#""path":"/v1/customers/external/a%20b?x=1""#))
            #expect(reply.body.contains(#"["X-Custom","1"]"#))
            #expect(!reply.body.contains(Harness.apiKey))
            #expect(!reply.body.contains("secret"))
            let last = try await harness.send(.GET, "/_simulator/requests?limit=1", key: nil)
            #expect(last.body.contains(#""number":2"#))
            #expect(!last.body.contains(#""number":1"#))
            #expect(harness.state.requests.count == 2)
            #expect(harness.state.requests[0].header("x-api-key") == nil)
            #expect(harness.state.requests[0].header("x-custom") == "1")
            #expect(
                String(decoding: harness.state.requests[0].body, as: UTF8.self) == #"{"external_id":"a","name":"Acme"}"#
            )
        }
    }

    @Test func `counts are shown, and clearing sets them back`() async throws {
        try await withSimulator { harness in
            try await harness.create("a")
            try await harness.create("a")
            let reply = try await harness.send(.GET, "/_simulator/stats", key: nil)
            #expect(
                reply.body == #"{"answers_by_status":{"201":1,"409":1},"customers_created":1,"duplicates":1,"#
                    + #""faults":{},"in_flight":0,"peak_in_flight":1,"requests":2,"requests_by_route":{"create":2}}"#
            )
            #expect(try await harness.send(.DELETE, "/_simulator/customers", key: nil).status == 204)
            #expect(harness.state.customerCount == 0)
            #expect(harness.state.statistics.requests == 0)
            #expect(harness.state.requests.isEmpty)
            #expect(try await harness.create("a").status == 201)
        }
    }

    @Test func `a script can archive a customer and create a stub`() async throws {
        try await withSimulator { harness in
            let body = #"{"external_id":"a"}"#
            let stub = try await harness.send(.POST, "/_simulator/customers/stub", body, key: nil)
            #expect(stub.body == #"{"external_id":"a","done":true}"#)
            #expect(try await harness.create("a").status == 409)
            #expect(try await harness.send(.POST, "/_simulator/customers/archive", body, key: nil).status == 200)
            #expect(try await harness.send(.POST, "/_simulator/customers/archive", body, key: nil).status == 409)
            #expect(try await harness.create("a").status == 201)
            #expect(try await harness.send(.POST, "/_simulator/customers/stub", "{}", key: nil).status == 400)
            #expect(try await harness.send(.GET, "/_simulator/nothing", key: nil).status == 404)
        }
    }

    @Test func `the log keeps the latest requests`() async throws {
        try await withSimulator {
            $0.requestLogCapacity = 3
        } _: { harness in
            for id in ["a", "b", "c", "d", "e"] { try await harness.create(id) }
            #expect(harness.state.requests.map(\.number) == [3, 4, 5])
            #expect(harness.state.statistics.requests == 5)
        }
    }
}
