import CommandWorker
import CustomerContract
import FlexpriceAPI
import FlexpriceSimulator
import JSON
import Records
import Testing

/// Every row of the table, made by the simulator: that its situation is told, and what the backend does about it.
@Suite(.timeLimit(.minutes(2)))
struct AnswerTableTests {
    /// What is there before the command comes.
    enum Before: Sendable {
        case nothing
        case same
        case archived
        case other
        case stub
    }

    /// Who answers.
    enum Server: Sendable, Equatable {
        case simulator
        /// Nobody listens.
        case deaf
        /// The simulator, which speaks no TLS, addressed as if it did.
        case withoutTLS
        /// What listens speaks no HTTP.
        case withoutHTTP
        /// A proxy on the way, which answers CONNECT with this status.
        case proxy(Int)
        /// The simulator, and the wait for it is given up.
        case cancelled

        /// Whether the simulator is out of reach, so that only the row's own request can be brought there.
        var isOutOfReach: Bool {
            switch self {
            case .simulator, .cancelled: false
            case .deaf, .withoutTLS, .withoutHTTP, .proxy: true
            }
        }
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        let row: String
        /// What the backend makes of it; `nil` where only the single request can be brought there.
        let outcome: String?
        var fault: Fault?
        var before = Before.nothing
        var server = Server.simulator
        var onStub = StubPolicy.fail
        var onExisting = ExistingPolicy.fail

        var testDescription: String { self.row }
    }

    private static let page = "<html><body>Welcome</body></html>"
    private static func html(_ status: Int) -> Fault { .answer(status: status, contentType: "text/html", body: page) }
    private static func json(_ status: Int, _ body: String) -> Fault {
        .answer(status: status, contentType: "application/json", body: body)
    }
    private static let tlsPage = "<h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port"
    private static let endless = json(200, #"{"x":"\#(String(repeating: "x", count: 1_700_000))"}"#)

    static let scenarios: [Scenario] =
        [
            Scenario(row: "create.created", outcome: "created"),
            Scenario(
                row: "create.another_customer",
                outcome: "another_customer in doubt",
                fault: .otherExternalID("A")
            ),
            Scenario(row: "create.unreadable", outcome: "created", fault: html(201), before: .same),
            Scenario(
                row: "create.unexpected_success",
                outcome: "unexpected_success in doubt",
                fault: .plain(.okInsteadOfCreated)
            ),
            Scenario(row: "create.not_the_api", outcome: "paused not_the_api", fault: html(200)),
            Scenario(
                row: "create.another_conflict",
                outcome: "existing",
                fault: json(409, #"{"details":{"external_id":"A"}}"#),
                before: .same
            ),
            Scenario(row: "create.foreign_conflict", outcome: "foreign_refusal", fault: html(409)),
            Scenario(row: "create.conflict", outcome: "existing", before: .same),
            Scenario(row: "create.other_conflict", outcome: "rejected 409", fault: .plain(.taxAssociationConflict)),
            Scenario(row: "create.too_large", outcome: "rejected 413", fault: .edge(.payloadTooLarge)),
            Scenario(row: "create.unknown_tax_rate", outcome: "rejected 404", fault: .plain(.unknownTaxRate)),
            Scenario(row: "create.media_type", outcome: "rejected 415", fault: .edge(.unsupportedMediaType)),
            Scenario(row: "search.page", outcome: "existing", before: .same),
            Scenario(
                row: "search.unauthorized",
                outcome: "paused unauthorized",
                fault: .plain(.unauthorized),
                before: .same
            ),
            Scenario(
                row: "search.forbidden",
                outcome: "paused forbidden",
                fault: .forbidden(.environment),
                before: .same
            ),
            Scenario(
                row: "search.slow_down",
                outcome: "http_429 overload",
                fault: .edge(.tooManyRequests(nil)),
                before: .same
            ),
            Scenario(row: "search.unusable", outcome: "conflict_unsettled", fault: html(400), before: .same),
            Scenario(row: "search.not_connected", outcome: nil, server: .deaf),
            Scenario(row: "search.not_trusted", outcome: nil, server: .withoutTLS),
            Scenario(row: "search.not_http", outcome: nil, server: .withoutHTTP),
            Scenario(row: "search.refused_by_proxy", outcome: nil, server: .proxy(502)),
            Scenario(
                row: "search.interrupted",
                outcome: "conflict_unsettled silence",
                fault: .plain(.dropBeforeCommit),
                before: .same
            ),
            Scenario(row: "search.answer_too_long", outcome: "conflict_unsettled", fault: endless, before: .same),
            Scenario(
                row: "search.cancelled",
                outcome: "cancelled",
                fault: .plain(.blackHole),
                before: .same,
                server: .cancelled
            ),
            Scenario(row: "search.made", outcome: "created", fault: html(201), before: .same),
            Scenario(row: "search.made_absent", outcome: "unreadable_answer in doubt", fault: html(201)),
            Scenario(row: "search.foreign_absent", outcome: "foreign_refusal", fault: html(409)),
            Scenario(row: "search.agrees", outcome: "existing", before: .same),
            Scenario(row: "search.stub_fails", outcome: "already_exists 409", before: .stub, onStub: .fail),
            Scenario(row: "search.stub_exists", outcome: "existing", before: .stub, onStub: .existing),
            Scenario(row: "search.stub_is_filled", outcome: "existing", before: .stub, onStub: .update),
            Scenario(row: "search.differs", outcome: "already_exists 409", before: .other),
            Scenario(row: "search.is_changed", outcome: "updated", before: .other, onExisting: .update),
            Scenario(
                row: "search.absent",
                outcome: "conflict_unsettled",
                fault: .timed(.replicaLag, .seconds(3_600)),
                before: .same
            ),
            Scenario(row: "search.no_customer", outcome: "rejected 409", fault: .plain(.taxAssociationConflict)),
            Scenario(row: "archive.page", outcome: nil),
            Scenario(
                row: "archive.unauthorized",
                outcome: "paused unauthorized",
                fault: .plain(.unauthorized),
                before: .same
            ),
            Scenario(
                row: "archive.forbidden",
                outcome: "paused forbidden",
                fault: .forbidden(.environment),
                before: .same
            ),
            Scenario(row: "archive.archived", outcome: "created", before: .archived),
            Scenario(row: "archive.standing", outcome: "unchanged", before: .same),
            Scenario(
                row: "archive.slow_down",
                outcome: "http_503 overload",
                fault: .edge(.serviceUnavailable(nil)),
                before: .same
            ),
            Scenario(row: "archive.unusable", outcome: "archive_unsettled", fault: html(200), before: .same),
            Scenario(row: "archive.not_connected", outcome: nil, server: .deaf),
            Scenario(row: "archive.not_trusted", outcome: nil, server: .withoutTLS),
            Scenario(row: "archive.not_http", outcome: nil, server: .withoutHTTP),
            Scenario(row: "archive.refused_by_proxy", outcome: nil, server: .proxy(502)),
            Scenario(
                row: "archive.interrupted",
                outcome: "archive_unsettled silence",
                fault: .plain(.dropBeforeCommit),
                before: .same
            ),
            Scenario(row: "archive.answer_too_long", outcome: "archive_unsettled", fault: endless, before: .same),
            Scenario(
                row: "archive.cancelled",
                outcome: "cancelled",
                fault: .plain(.blackHole),
                before: .same,
                server: .cancelled
            ),
            Scenario(row: "neutral.served", outcome: nil),
            Scenario(
                row: "neutral.no_user",
                outcome: nil,
                fault: json(404, #"{"code":"not_found","message":"User was not found"}"#)
            ),
            Scenario(
                row: "neutral.no_right",
                outcome: nil,
                fault: json(403, #"{"message":"insufficient permissions"}"#)
            ),
            Scenario(row: "neutral.rest", outcome: nil, fault: html(403)),
            Scenario(row: "neutral.not_connected", outcome: nil, server: .deaf),
            Scenario(row: "neutral.not_trusted", outcome: nil, server: .withoutTLS),
            Scenario(row: "neutral.not_http", outcome: nil, server: .withoutHTTP),
            Scenario(row: "neutral.refused_by_proxy", outcome: nil, server: .proxy(502)),
            Scenario(row: "neutral.interrupted", outcome: nil, fault: .plain(.dropBeforeCommit)),
            Scenario(row: "neutral.answer_too_long", outcome: nil, fault: endless),
            Scenario(row: "neutral.cancelled", outcome: nil, fault: .plain(.blackHole), server: .cancelled),
            Scenario(row: "update.filled", outcome: "existing", before: .stub, onStub: .update),
            Scenario(
                row: "update.unreadable",
                outcome: "unexpected_success in doubt",
                fault: html(200),
                before: .stub,
                onStub: .update
            ),
            Scenario(
                row: "update.lags",
                outcome: "conflict_unsettled",
                fault: json(404, #"{"code":"not_found","message":"Customer with ID x was not found"}"#),
                before: .stub,
                onStub: .update
            ),
            Scenario(row: "update.conflict", outcome: "http_409", fault: html(409), before: .stub, onStub: .update),
        ] + common("create", .nothing) + common("update", .stub)

    private static func common(_ request: String, _ before: Before) -> [Scenario] {
        func scenario(_ row: String, _ outcome: String?, _ fault: Fault?, _ server: Server = .simulator) -> Scenario {
            Scenario(
                row: "\(request).\(row)",
                outcome: request == "update" && server.isOutOfReach ? nil : outcome,
                fault: fault,
                before: before,
                server: server,
                onStub: .update
            )
        }
        return [
            scenario("redirect", "paused redirect", .redirect(location: "http://127.0.0.1:9/")),
            scenario("unauthorized", "paused unauthorized", .plain(.unauthorized)),
            scenario("forbidden", "paused forbidden", .forbidden(.permissions)),
            scenario("forbidden_by_json", "paused forbidden", json(403, #"{"message":"Forbidden"}"#)),
            scenario("blocked", "paused blocked", html(403)),
            scenario("wants_tls", "paused wants_tls", .answer(status: 400, contentType: "text/html", body: tlsPage)),
            scenario("wrong_base_url", "paused wrong_base_url", html(404)),
            scenario("wrong_method", "paused not_the_api", html(405)),
            scenario("login_on_the_way", "paused proxy_login", html(407)),
            scenario("proxy_login", "paused proxy_login", nil, .proxy(407)),
            scenario("proxy_forbids", "paused proxy_forbids", nil, .proxy(403)),
            scenario("proxy_redirect", "paused proxy_redirect", nil, .proxy(302)),
            scenario("proxy_overload", "proxy_overload overload", nil, .proxy(503)),
            scenario("proxy_unreachable", "proxy_unreachable unreachable", nil, .proxy(502)),
            scenario("not_http", "paused not_http", nil, .withoutHTTP),
            scenario("panic", "http_500 in doubt", .plain(.panic)),
            scenario("not_received", "http_408", .edge(.requestTimeout)),
            scenario("slow_down", "http_503 overload", .edge(.serviceUnavailable(.seconds(1)))),
            scenario("gateway", "http_504 in doubt", .edge(.gatewayTimeout)),
            scenario("server_error", "http_500", .plain(.databaseError)),
            scenario("refused", "rejected 400", json(400, #"{"code":"validation_error","message":"No"}"#)),
            scenario("refused_by_another", "foreign_refusal", html(400)),
            scenario("rest", "http_invalid", html(600)),
            scenario("not_connected", "not_connected unreachable", nil, .deaf),
            scenario("not_trusted", "paused not_trusted", nil, .withoutTLS),
            scenario("interrupted", "unknown_outcome silence in doubt", .plain(.dropBeforeCommit)),
            scenario("answer_too_long", "answer_too_long in doubt", endless),
            scenario("cancelled", "cancelled in doubt", .plain(.blackHole), .cancelled),
        ]
    }

    private static let body = #"{"external_id":"a","name":"Acme","email":"a@b.co","metadata":{"k":"v"}}"#

    @Test func `every row has a test, and every test a row`() {
        let rows = AnswerTable.rows.map(\.id)
        #expect(Set(rows).count == rows.count)
        #expect(Set(rows) == Set(Self.scenarios.map(\.row)))
        #expect(Self.scenarios.count == rows.count)
    }

    @Test(arguments: scenarios)
    func `a row is met, and what it leads to is done`(scenario: Scenario) async throws {
        let row = try #require(AnswerTable.rows.first { $0.id == scenario.row })
        if case .lookedUp(let finding) = row.situation {
            #expect(AnswerTable.row(for: finding).id == row.id)
        } else {
            try await self.met(row, scenario)
        }
        guard let outcome = scenario.outcome else { return }
        let clock = JumpingClock()
        try await self.withServer(scenario, row, clock: clock) { (flexprice) async throws in
            let command = try command(Self.body)
            let backend = FlexpriceBackend(
                client: flexprice.client,
                onStub: scenario.onStub,
                onExisting: scenario.onExisting,
                clock: clock
            )
            let requests =
                switch row.request {
                case .create, .archive, .neutral: 1
                case .search: 2
                case .update: 3
                }
            var remembered: CustomerDocument?
            if row.request == .archive {
                let id = try #require(flexprice.state.customers.first?.id)
                remembered = CustomerDocument(json: Array(#"{"id":"\#(id)"}"#.utf8))
            }
            let reply = await self.run(scenario, flexprice, cutOffAtRequest: requests) { [remembered] in
                await backend.create(command, attempt: 1, patience: nil, remembered: remembered)
            }
            #expect(Self.text(reply.answer) == outcome)
            #expect(Self.fits(reply.answer, row))
        }
    }

    /// Sends the row's own request alone, and reads what comes.
    private func met(_ row: AnswerRow, _ scenario: Scenario) async throws {
        try await self.withServer(scenario, row, clock: JumpingClock()) { (flexprice) async throws in
            let id = flexprice.state.customer(externalID: "a")?.id ?? "cust_0"
            let exchange = await self.run(scenario, flexprice, cutOffAtRequest: 1) {
                switch row.request {
                case .create:
                    await flexprice.client.createCustomer(body: Array(Self.body.utf8), requestID: "r")
                case .search:
                    await flexprice.client.searchCustomer(ExternalID("a"), requestID: "r")
                case .archive:
                    await flexprice.client.searchArchivedCustomer(id: id, requestID: "r")
                case .neutral:
                    await flexprice.client.currentUser()
                case .update:
                    await flexprice.client.updateCustomer(id: id, JSONObject(), requestID: "r")
                }
            }
            let reading = AnswerReading(exchange, of: row.request, externalID: ExternalID("a"))
            #expect(reading.row.id == row.id)
        }
    }

    private func run<R: Sendable>(
        _ scenario: Scenario,
        _ flexprice: SimulatedFlexprice,
        cutOffAtRequest requests: Int,
        _ body: @escaping @Sendable () async -> R
    ) async -> R {
        guard scenario.server == .cancelled else { return await body() }
        let before = flexprice.state.statistics.requests
        let task = Task { await body() }
        _ = try? await flexprice.state.requestsReceived(atLeast: before + requests)
        // What follows a first request is a task's, and ends with it; the first one ends with its client.
        task.cancel()
        if requests == 1 { await flexprice.client.shutdown() }
        return await task.value
    }

    private func withServer(
        _ scenario: Scenario,
        _ row: AnswerRow,
        clock: JumpingClock,
        _ body: (SimulatedFlexprice) async throws -> Void
    ) async throws {
        guard scenario.server != .deaf else {
            return try await DeafPort.withBaseURL { (url) async throws in
                let settings = FlexpriceSettings(baseURL: url, apiKey: Secret("k"))
                let client = FlexpriceClient(settings)
                let nobody = FlexpriceSimulator(.init(apiKey: "k")).state
                try await body(SimulatedFlexprice(client: client, state: nobody, settings: settings))
                await client.shutdown()
            }
        }
        if scenario.server.isOutOfReach, scenario.server != .withoutTLS {
            return try await self.withRawServer(scenario.server, body)
        }
        try await withFlexprice {
            $0.clock = clock.simulated
        } client: {
            if scenario.server == .withoutTLS { $0.baseURL = "https" + $0.baseURL.dropFirst(4) }
        } _: { (flexprice) async throws in
            try await self.prepare(scenario, row, flexprice)
            try await body(flexprice)
        }
    }

    private func withRawServer(_ server: Server, _ body: (SimulatedFlexprice) async throws -> Void) async throws {
        var said = "SSH-2.0-OpenSSH_9.2\r\n"
        if case .proxy(let status) = server { said = "HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n" }
        let bytes = Array(said.utf8)
        let raw = try RawServer(closes: true) { _ in bytes }
        var settings = FlexpriceSettings(baseURL: "http://127.0.0.1:\(raw.port)/v1", apiKey: Secret("k"))
        if case .proxy = server {
            settings.transport.proxy = try ProxyChoice.choose(
                for: settings.baseURL,
                environment: ["HTTP_PROXY": "http://127.0.0.1:\(raw.port)"]
            )
        }
        let client = FlexpriceClient(settings)
        let state = FlexpriceSimulator(.init(apiKey: "k")).state
        try await body(SimulatedFlexprice(client: client, state: state, settings: settings))
        await client.shutdown()
    }

    private func prepare(_ scenario: Scenario, _ row: AnswerRow, _ flexprice: SimulatedFlexprice) async throws {
        switch scenario.before {
        case .nothing: break
        case .same:
            _ = await flexprice.client.createCustomer(body: Array(Self.body.utf8), requestID: "before")
        case .archived:
            _ = await flexprice.client.createCustomer(body: Array(Self.body.utf8), requestID: "before")
            flexprice.state.archive(externalID: "a")
        case .other:
            _ = await flexprice.create("a")
        case .stub:
            flexprice.state.insertStub(externalID: "a")
        }
        guard let fault = scenario.fault else { return }
        // Faults of a create alone, and of reads alone, know their routes; all others meet the row's own request.
        switch fault {
        case .plain(.taxAssociationConflict), .timed(.replicaLag, _): flexprice.state.inject(fault)
        default:
            let isOfCreate = if case .lookedUp = row.situation { true } else { row.request == .create }
            let route: RouteName =
                switch row.request {
                case _ where isOfCreate: .create
                case .create: .create
                case .search, .archive: .search
                case .update: .update
                case .neutral: .me
                }
            flexprice.state.inject(fault, FaultScope(routes: [route]))
        }
    }

    /// Whether an answer is one that a decision leads to.
    private static func fits(_ answer: BackendAnswer, _ row: AnswerRow) -> Bool {
        switch (row.decision, answer) {
        case (.created, .created(.created, _, _)), (.existing, .created(.existing, _, _)): true
        case (.alreadyExists, .failed(let failure, _)): failure.code == .alreadyExists
        case (.rejected, .failed(let failure, let refusal)):
            failure.code == .rejected && refusal?.status == failure.httpStatus
        case (.retry, .transient(let failure)): !failure.isInDoubt && failure.sign != .overload
        case (.retryInDoubt, .transient(let failure)): failure.isInDoubt
        case (.slowDown, .transient(let failure)): failure.sign == .overload
        case (.pause, .systemic(_, _, let scope)), (.configurationError, .systemic(_, _, let scope)):
            scope.rawValue == row.sign.rawValue
        // What they lead to has rows of its own.
        case (.lookUp, _), (.update, _), (.change, _): true
        case (.recreate, .created), (.remembered, .unchanged): true
        default: false
        }
    }

    private static func text(_ answer: BackendAnswer) -> String {
        switch answer {
        case .created(let outcome, _, _): outcome.rawValue
        case .unchanged: "unchanged"
        case .failed(let failure, _): "\(failure.code.rawValue) \(failure.httpStatus ?? 0)"
        case .systemic(let reason, _, _): "paused \(reason)"
        case .transient(let failure):
            failure.reason + (failure.sign == .none ? "" : " \(failure.sign)") + (failure.isInDoubt ? " in doubt" : "")
        }
    }
}
