import CustomerContract
import FlexpriceAPI
import FlexpriceSimulator
import JSON
import Records
import Testing

/// The client against the simulator, over TCP.
@Suite(.timeLimit(.minutes(1))) struct FlexpriceClientTests {
    private static let body = Array(#"{"external_id":"acct_8412","name":"Acme"}"#.utf8)

    @Test func `a create is answered, its bytes sent as they are`() async throws {
        try await withFlexprice { flexprice in
            let exchange = await flexprice.client.createCustomer(body: Self.body, requestID: "r")
            let answer = try #require(exchange.answer)
            #expect(answer.status == 201)
            #expect(answer.isJSON)
            #expect(answer.retryAfter == nil)
            let reading = AnswerReading(exchange, of: .create, externalID: ExternalID("acct_8412"))
            #expect(reading.row.decision == .created)
            let stored = try #require(flexprice.state.customer(externalID: "acct_8412"))
            #expect(reading.object?["id"] == .string(stored.id))
            #expect(flexprice.state.requests.map(\.body) == [Self.body])
            #expect(flexprice.state.requests.map(\.path) == ["/v1/customers"])
        }
    }

    @Test func `a create carries the headers that were asked for`() async throws {
        let trace = try #require(
            TraceContext(
                traceparent: Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8),
                tracestate: Array("vendor=1".utf8)
            )
        )
        try await withFlexprice { _ in
        } client: {
            $0.environmentID = "env_1"
        } _: { flexprice in
            let client = flexprice.client
            _ = await client.createCustomer(body: Self.body, requestID: "customer_commands/3/1207", trace: trace)
            // What no header can hold must not cost the request.
            _ = await client.createCustomer(body: Self.body, requestID: "ü\r\nx-evil: 1\u{7F}", trace: nil)
            let requests = flexprice.state.requests
            try #require(requests.count == 2)
            #expect(requests[0].header("x-request-id") == "customer_commands/3/1207")
            #expect(requests[0].header("x-environment-id") == "env_1")
            #expect(requests[0].header("traceparent") == trace.traceparent)
            #expect(requests[0].header("tracestate") == "vendor=1")
            #expect(requests[0].header("content-type") == "application/json")
            #expect(requests[0].header("accept") == "application/json")
            #expect(requests[0].header("content-length") == "\(Self.body.count)")
            #expect(requests[1].header("x-request-id") == "????x-evil: 1?")
            #expect(requests[1].header("traceparent") == nil)
            #expect(requests[1].header("x-evil") == nil)
            #expect(flexprice.state.statistics.answersByStatus == [201: 1, 409: 1])
        }
    }

    @Test func `the key is sent: another one is refused`() async throws {
        try await withFlexprice { _ in
        } client: {
            $0.apiKeys = APIKeySource(Secret("sk_other"))
        } _: { flexprice in
            #expect(await flexprice.create("a").answer?.status == 401)
        }
    }

    static let ids = [
        "acct_8412", "a/b", "a?b#c", "..", " x ", "ü", "e\u{301}", "\"\\", "%2F", String(repeating: "界", count: 255),
    ]

    @Test(arguments: ids)
    func `a search finds exactly one id, whatever characters it has`(id: String) async throws {
        try await withFlexprice { flexprice in
            let client = flexprice.client
            let externalID = ExternalID(id)
            let body = JSONWriter.encode(
                JSONObject([.init(name: "external_id", value: .string(id)), .init(name: "name", value: .string("n"))])
            )
            let before = await client.searchCustomer(externalID, requestID: "r")
            let page = AnswerReading(before, of: .search, externalID: externalID)
            #expect(page.row.id == "search.page")
            #expect(page.foundCustomer == nil)
            _ = await client.createCustomer(body: body, requestID: "r")
            let after = await client.searchCustomer(externalID, requestID: "r")
            let found = AnswerReading(after, of: .search, externalID: externalID).foundCustomer
            #expect(found?["external_id"] == .string(id))
        }
    }

    @Test func `a redirect is answered, never followed`() async throws {
        try await withFlexprice { flexprice in
            flexprice.state.inject(.redirect(location: "\(flexprice.settings.baseURL)/customers"), .next(1))
            #expect(await flexprice.create("a").answer?.status == 307)
            #expect(flexprice.state.statistics.requests == 1)
            #expect(flexprice.state.customerCount == 0)
        }
    }

    @Test(arguments: [
        (EdgeAnswer.tooManyRequests(.seconds(7)), 429, RetryAfter.delay(.seconds(7))),
        (.serviceUnavailable(.seconds(100_000)), 503, .delay(.seconds(3_600))),
    ])
    func `a wish to wait is read`(edge: EdgeAnswer, status: Int, wish: RetryAfter) async throws {
        try await withFlexprice { flexprice in
            flexprice.state.inject(.edge(edge), .next(1))
            let answer = await flexprice.create("a").answer
            #expect(answer?.status == status)
            #expect(answer?.retryAfter == wish)
        }
    }

    @Test func `a wish to wait may be a date`() async throws {
        try await withFlexprice { flexprice in
            flexprice.state.inject(.edge(.tooManyRequests(.date(secondsFromNow: 90))), .next(1))
            let wish = try #require(await flexprice.create("a").answer?.retryAfter)
            // A date has no fractions, and some time has passed.
            #expect((.seconds(30) ... .seconds(90)).contains(wish.wait(from: UnixMilliseconds.now().value)))
        }
    }

    @Test func `an answer that is longer than any about a command is not read to its end`() async throws {
        try await withFlexprice { flexprice in
            let value = String(repeating: "x", count: FlexpriceSettings.answerBytes(forCommandsOf: 262_144))
            let body = Array(#"{"external_id":"a","name":"a","metadata":{"k":"\#(value)"}}"#.utf8)
            #expect(await flexprice.client.createCustomer(body: body, requestID: "r").failure == .tooLong)
            // The connection is given up, the client is not.
            #expect(await flexprice.create("b").answer?.status == 201)
        }
    }

    @Test(arguments: [
        Fault.plain(.blackHole), .timed(.delayAfterCommit, .seconds(60)), .timed(.slowBody, .seconds(60)),
    ])
    func `no whole answer in time leaves the outcome open`(fault: Fault) async throws {
        try await withFlexprice { _ in
        } client: {
            $0.timeout = .milliseconds(300)
        } _: { flexprice in
            flexprice.state.inject(fault, .next(1))
            let clock = ContinuousClock()
            let start = clock.now
            let exchange = await flexprice.create("a")
            #expect(clock.now - start < .seconds(20))
            guard case .interrupted = exchange.failure else {
                Issue.record("\(exchange)")
                return
            }
        }
    }

    @Test(arguments: [(Fault.plain(.dropBeforeCommit), 0), (.plain(.dropAfterCommit), 1), (.plain(.truncatedBody), 1)])
    func `a connection that breaks leaves the outcome open`(fault: Fault, customers: Int) async throws {
        try await withFlexprice { flexprice in
            flexprice.state.inject(fault, .next(1))
            let exchange = await flexprice.create("a")
            guard case .interrupted = exchange.failure else {
                Issue.record("\(exchange)")
                return
            }
            #expect(flexprice.state.customerCount == customers)
            // Nothing was sent twice behind the caller's back.
            #expect(flexprice.state.statistics.requests == 1)
            #expect(await flexprice.create("a").answer?.status == (customers == 0 ? 201 : 409))
        }
    }

    @Test(arguments: [(Fault.plain(.dropBeforeCommit), 1), (.plain(.dropAfterCommit), 2)])
    func `a kept connection that breaks leaves the outcome open, and nothing is sent again`(
        fault: Fault,
        customers: Int
    ) async throws {
        try await withFlexprice { flexprice in
            #expect(await flexprice.create("a").answer?.status == 201)
            flexprice.state.inject(fault, .next(1))
            // These words: the connection was a kept one, and libcurl was about to send the request again.
            let broken = TransportFailure.interrupted("a kept connection broke before an answer")
            #expect(await flexprice.create("b").failure == broken)
            #expect(flexprice.state.statistics.requests == 2)
            #expect(flexprice.state.customerCount == customers)
        }
    }

    @Test func `nobody who listens means that nothing was sent`() async throws {
        try await DeafPort.withBaseURL { url in
            let exchange = await withClient(FlexpriceSettings(baseURL: url, apiKey: Secret("k"))) {
                await $0.createCustomer(body: Self.body, requestID: "r")
            }
            guard case .notConnected = exchange.failure else {
                Issue.record("\(exchange)")
                return
            }
        }
    }

    @Test func `a name that does not resolve means that nothing was sent`() async throws {
        let settings = FlexpriceSettings(baseURL: "http://host.invalid/v1", apiKey: Secret("k"), timeout: .seconds(20))
        let exchange = await withClient(settings) { await $0.createCustomer(body: Self.body, requestID: "r") }
        guard case .notConnected = exchange.failure else {
            Issue.record("\(exchange)")
            return
        }
    }

    @Test func `TLS with a server that speaks none is not trusted`() async throws {
        try await withFlexprice { _ in
        } client: {
            $0.baseURL = "https" + $0.baseURL.dropFirst(4)
        } _: { flexprice in
            let exchange = await flexprice.create("a")
            guard case .notTrusted = exchange.failure else {
                Issue.record("\(exchange)")
                return
            }
            #expect(flexprice.state.statistics.requests == 0)
        }
    }

    @Test func `a cancelled task ends the request`() async throws {
        try await withFlexprice { flexprice in
            flexprice.state.inject(.plain(.blackHole), .next(1))
            let request = Task { await flexprice.create("a") }
            try await flexprice.state.requestsReceived(atLeast: 1)
            request.cancel()
            #expect(await request.value.failure == .cancelled)
        }
    }

    @Test func `many requests at once share the connections that are allowed`() async throws {
        try await withFlexprice { _ in
        } client: {
            $0.transport.maximumConnections = 8
        } _: { flexprice in
            await withDiscardingTaskGroup { group in
                for index in 0..<200 {
                    group.addTask {
                        let exchange = await flexprice.create("id-\(index)")
                        #expect(exchange.answer?.status == 201)
                    }
                }
            }
            #expect(flexprice.state.customerCount == 200)
            #expect(flexprice.state.statistics.peakInFlight <= 8)
        }
    }

    @Test func `a client that was shut down sends nothing, and may be shut down again`() async throws {
        try await withFlexprice { flexprice in
            await flexprice.client.shutdown()
            #expect(await flexprice.create("a").failure == .cancelled)
            #expect(flexprice.state.statistics.requests == 0)
            await flexprice.client.shutdown()
        }
    }
}
