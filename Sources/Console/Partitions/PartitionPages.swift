import CustomerContract
import HTTPTypes
import Hummingbird
import JSON
import Kafka
import Ledger
import Logging
import Operations
import Records
import Settings

/// Where the logs are read, which commands are slow, and what operators have paused; pausing and resuming.
struct PartitionPages: Sendable {
    let fleet: FleetWatch
    let lanes: LaneWatch
    let pauses: PauseWatch
    let pages: Pages
    let auditPath: String
    let logger: Logger

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/partitions") { request, context in await self.page(request, context, problem: nil) }
        router.get("/live/partitions") { _, context in
            let session = context.session
            let parts = ["partitions": "partition_rows", "lanes": "lanes", "pauses": "pauses"]
            return try self.pages.live(every: FleetWatch.interval, parts) { await self.content(session) }
        }
        router.post("/partitions/pause") { request, context in try await self.pause(request, context) }
        router.post("/partitions/resume") { request, context in try await self.resume(request, context) }
    }

    // MARK: Showing

    private func page(_ request: Request, _ context: ConsoleContext, problem: String?) async -> Response {
        var content = await self.content(context.session)
        content["problem"] = problem
        let scope = context.form["scope"]
        content["form"] = [
            "value": context.form["value"] ?? "", "reason": context.form["reason"] ?? "",
            "for": context.form["for"] ?? "", "externalID": scope == "external_id",
            "externalIDPrefix": scope == "external_id_prefix", "partition": scope == "partition", "all": scope == "all",
        ]
        let status: HTTPResponse.Status = problem == nil ? .ok : .badRequest
        let live = "/live/partitions"
        return self.pages.page("partitions", title: "Partitions", content, request, context, live: live, status: status)
    }

    private func content(_ session: Session?) async -> Content {
        let now = UnixMilliseconds.now()
        async let slowest = self.lanes.slowest()
        let pauses = await self.pauses.current(at: now)
        var content: Content = [
            "partitions": PartitionRows.partitions(self.fleet.view),
            "lanes": PartitionRows.lanes(await slowest, at: now), "pauses": PartitionRows.pauses(pauses, at: now),
            "isOperator": session?.role == .operator,
        ]
        content["csrf"] = session?.csrf
        return content
    }

    // MARK: Changing

    private func pause(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        let asked: (scope: Pause.Scope, time: Duration?)
        do throws(PageError) {
            asked = try self.pause(in: context.form)
        } catch {
            return await self.page(request, context, problem: error.description)
        }
        let words = PartitionRows.words(asked.scope)
        let reason = context.form["reason"] ?? ""
        guard context.form["confirmed"] != nil else {
            let end = asked.time.map { "after \(DurationText.text($0))" } ?? "when it is resumed"
            let facts = [
                ("Commands", words), ("Ends", end), ("Reason", reason.isEmpty ? "none" : reason),
                ("Records that are not read yet", self.lag(of: asked.scope)),
            ]
            let consequence =
                "What has started runs to its end; what waits keeps its place and order. Workers obey within two "
                + "seconds."
            return self.confirmation("Pause", words, consequence, facts, request, context)
        }
        guard let session = context.session else { throw PageError(.forbidden, "log in first") }
        try await self.pauses.change { store in
            try self.note("pause.began", asked.scope, session, [("reason", .string(reason))])
            try await store.begin([asked.scope], reason: reason, by: session.owner, for: asked.time, at: .now())
        }
        return .seeOther("/partitions")
    }

    private func resume(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        guard let kind = context.form["scope"],
            let scope = Pause.Scope(kind: kind, value: context.form["value"] ?? "")
        else { throw PageError(.badRequest, "scope: expected a pause of the page") }
        let words = PartitionRows.words(scope)
        guard context.form["confirmed"] != nil else {
            let consequence = "Workers take these commands again within two seconds, in their order."
            let facts = [("Records that are not read yet", self.lag(of: scope))]
            return self.confirmation("Resume", words, consequence, facts, request, context)
        }
        guard let session = context.session else { throw PageError(.forbidden, "log in first") }
        try await self.pauses.change { store in
            try self.note("pause.ended", scope, session, [])
            // One that has ended meanwhile is what was wanted.
            _ = try await store.end([scope], at: .now())
        }
        return .seeOther("/partitions")
    }

    private func note(
        _ action: String,
        _ scope: Pause.Scope,
        _ session: Session,
        _ more: [(name: String, value: JSONValue)]
    ) throws {
        let (kind, value) = scope.parts
        let members = [("scope", JSONValue.string(kind)), ("value", .string(value))] + more
        try session.note(action, members, in: self.auditPath, self.logger)
    }

    /// The scope and the time of a form.
    ///
    /// - Throws: ``PageError`` that names the field and what was expected.
    private func pause(in form: Form) throws(PageError) -> (scope: Pause.Scope, time: Duration?) {
        let value = form["value"]
        let scope: Pause.Scope
        switch form["scope"] {
        case "all": scope = .all
        case "partition":
            guard let number = value.flatMap({ Int32($0) }), number >= 0 else {
                throw PageError(.badRequest, "Partition: expected a number from 0, found \(value ?? "nothing")")
            }
            if let known = self.knownPartitions, !known.contains(number) {
                let held = known.sorted().map(String.init).joined(separator: ", ")
                throw PageError(.badRequest, "Partition: expected one that a worker holds (\(held)), found \(number)")
            }
            scope = .partition(number)
        case "external_id_prefix":
            guard let value else { throw PageError(.badRequest, "Beginning: expected a text; for all commands say so") }
            scope = .externalIDPrefix(value)
        case "external_id":
            guard let value else { throw PageError(.badRequest, "External_id: expected a text") }
            scope = .externalID(ExternalID(value))
        default: throw PageError(.badRequest, "What: expected one of the four")
        }
        guard (form["reason"]?.utf8.count ?? 0) <= 1_000 else {
            throw PageError(.badRequest, "Reason: expected at most 1000 bytes")
        }
        guard let text = form["for"] else { return (scope, nil) }
        guard let time = DurationText.parse(text), time > .zero else {
            throw PageError(.badRequest, "Ends after: expected a duration such as 30m or 2h, found \(text)")
        }
        return (scope, time)
    }

    /// Partitions that some worker holds; `nil` when not all workers answer, so that one may be missing.
    private var knownPartitions: Set<Int32>? {
        let view = self.fleet.view
        guard view.workers.allSatisfy({ $0.status != nil }) else { return nil }
        let numbers = view.workers.flatMap { $0.status?.objects("partitions") ?? [] }
            .compactMap { $0.spelling("partition").flatMap { Int32($0) } }
        return numbers.isEmpty ? nil : Set(numbers)
    }

    /// The lag that a pause concerns, as far as it is known.
    private func lag(of scope: Pause.Scope) -> String {
        let rows = self.fleet.view.workers.flatMap { $0.status?.objects("partitions") ?? [] }
        func sum(_ rows: [JSONObject]) -> String {
            Figures.count(rows.compactMap { $0.double("lag") }.reduce(0, +)) ?? "unknown"
        }
        return switch scope {
        case .all: sum(rows)
        case .partition(let number): sum(rows.filter { $0.spelling("partition") == "\(number)" })
        case .externalID, .externalIDPrefix: "unknown: only reading them tells whose they are"
        }
    }

    private func confirmation(
        _ label: String,
        _ words: String,
        _ consequence: String,
        _ facts: [(name: String, value: String)],
        _ request: Request,
        _ context: ConsoleContext
    ) -> Response {
        let fields = context.form.fields.filter { $0.name != "csrf" } + [(name: "confirmed", value: "1")]
        let content: Content = [
            "question": "\(label) \(words)?", "consequence": consequence, "action": request.uri.path,
            "facts": facts.map { ["name": $0.name, "value": $0.value] }, "back": "/partitions",
        ]
        return self.pages.confirmation(label, title: label, fields: fields, content, request, context)
    }
}
