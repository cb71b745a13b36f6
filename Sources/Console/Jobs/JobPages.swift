import HTTPTypes
import Hummingbird
import Operations
import Records
import Redrive

/// The jobs: what they would do, how far they are, how they ended, and what the audit log says of them.
struct JobPages: Sendable {
    let runner: JobRunner
    let board: JobBoard
    let pages: Pages
    let topic: String

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/jobs") { request, context in
            let content = await self.overview(context.session)
            return self.pages.page("jobs", title: "Jobs", content, request, context, live: "/live/jobs")
        }
        router.get("/live/jobs") { _, context in
            let session = context.session
            let parts = ["jobs-now": "jobs_now", "jobs-history": "jobs_history", "jobs-audit": "audit"]
            return try self.pages.live(every: .seconds(1), parts) { await self.overview(session) }
        }
        router.get("/jobs/:id") { request, context in
            let id = try Self.id(context)
            guard let content = await self.content(of: id, context.session) else {
                let sentence =
                    await self.board.current().readAt == nil
                    ? "the audit log is being read; look again in a moment"
                    : "no such job is known: this console was restarted, or the audit log is another machine's"
                throw PageError(.notFound, sentence)
            }
            let live = "/live/jobs/\(Form.encoded(id))"
            return self.pages.page("job", title: "Job", content, request, context, live: live)
        }
        router.get("/live/jobs/:id") { _, context in
            let id = try Self.id(context)
            let session = context.session
            return try self.pages.live(every: .milliseconds(500), ["job": "job_state", "job-audit": "audit"]) {
                guard var content = await self.content(of: id, session) else { return [:] }
                content["csrf"] = session?.csrf
                content["isOperator"] = session?.role == .operator
                return content
            }
        }
        router.post("/jobs/:id/confirm") { _, context in
            let id = try Self.id(context)
            guard let count = context.form["confirmed"].flatMap({ Int($0) }) else {
                throw PageError(.badRequest, "confirmed: expected the number of letters that the plan names")
            }
            try await self.runner.confirm(id, count: count, by: context.session?.user ?? "")
            return Response.seeOther("/jobs/\(Form.encoded(id))")
        }
        router.post("/jobs/:id/stop") { _, context in
            let id = try Self.id(context)
            await self.runner.stop(id)
            return Response.seeOther("/jobs/\(Form.encoded(id))")
        }
        router.post("/jobs/:id/resume") { _, context in try await self.resume(try Self.id(context), context) }
    }

    private static func id(_ context: ConsoleContext) throws(PageError) -> String {
        guard let id = context.parameters.get("id"), id.utf8.count <= 100 else {
            throw PageError(.notFound, "there is no such job")
        }
        return id
    }

    /// A job that was stopped is planned again from the words that the audit log keeps.
    private func resume(_ id: String, _ context: ConsoleContext) async throws -> Response {
        let name = await self.runner.job(id)?.job ?? id
        guard let job = await self.board.current().jobs.first(where: { $0.id == name }), job.isResumable,
            let command = job.command
        else { throw PageError(.conflict, "job \(name) is not one that can be resumed; look at its page") }
        var request = JobRequest(.redrive, try JobWords(audited: command), by: context.session?.user ?? "")
        request.rate = try context.form.rate()
        return .seeOther("/jobs/\(try await self.runner.begin(request))")
    }

    // MARK: Content

    private func overview(_ session: Session?) async -> Content {
        let view = await self.board.current()
        let text = JobContent(session: session, seesValues: self.pages.seesValues(session))
        return [
            "topic": self.topic, "now": await self.runner.jobs.prefix(20).map { text.row($0) },
            "jobs": view.jobs.prefix(100).map { text.row($0) },
            "audit": view.lines.suffix(50).reversed().map { text.line($0) }, "trouble": view.trouble,
            "reading": view.readAt == nil ? "The audit log and the cluster are being read." : nil,
        ]
    }

    /// What is known of a job; `nil` for none.
    private func content(of id: String, _ session: Session?) async -> Content? {
        let own = await self.runner.job(id)
        let view = await self.board.current()
        let name = own?.job ?? id
        let known = view.jobs.first { $0.id == name }
        let text = JobContent(session: session, seesValues: self.pages.seesValues(session))
        var content: Content
        switch (own, known) {
        case (nil, nil): return nil
        case (let own?, _): content = text.page(own)
        case (nil, let known?): content = text.page(known)
        }
        if let known, own == nil || own?.phase == .ended { content["resume"] = text.resume(known) }
        content["audit"] = view.lines.filter { $0.job == name }.suffix(20).map { text.line($0) }
        return content
    }
}

extension Form {
    /// `rate`: letters a second, 0 for no bound; 100 when it is empty.
    func rate() throws(PageError) -> Double? {
        guard let text = self["rate"] else { return 100 }
        guard let rate = Double(text), rate >= 0, rate <= 1_000_000 else {
            throw PageError(.badRequest, "rate: expected 0 to 1000000 letters a second")
        }
        return rate == 0 ? nil : rate
    }

    /// A whole number; `nil` when it is empty.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(PageError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw PageError(.badRequest, "\(name): expected \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
