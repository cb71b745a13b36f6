import CommandWorker
import CustomerContract
import HTTPTypes
import Hummingbird
import JSON
import Operations
import Records
import Redrive
import Settings
import Topics

/// One dead letter: why it failed, what a redrive would do, its record, and the form that edits its command.
struct LetterPage: Sendable {
    let desk: LetterDesk
    let actions: LetterActions

    private struct Found {
        let letter: DeadLetter
        let line: LetterBook.Line?
        let book: LetterBook
        var mark: LetterMark { self.line?.mark ?? .waiting }
        var place: String { "\(self.letter.position.partition)/\(self.letter.position.offset)" }
    }

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/letters/:partition/:offset") { request, context in
            let found = try await self.find(context)
            return try await self.page(found, Form(), nil, request, context)
        }
        router.post("/letters/:partition/:offset/check") { _, context in
            let found = try await self.find(context)
            return Response.json(try await self.check(found.letter, context.form).json)
        }
        router.post("/letters/:partition/:offset/redrive") { request, context in
            let found = try await self.find(context)
            let check = try await self.check(found.letter, context.form)
            guard check.isOK else {
                return try await self.page(found, context.form, check, request, context, .unprocessableContent)
            }
            var words = JobWords()
            words.selection.letters = [found.place]
            if let patch = check.patch {
                words.edits = [["--patch", JSONValue.object(patch).compact]]
            }
            return try await self.actions.begin(.redrive, words, context)
        }
    }

    private func page(
        _ found: Found,
        _ form: Form,
        _ check: Check?,
        _ request: Request,
        _ context: ConsoleContext,
        _ status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let content = try await self.content(found, context.session, form, check)
        let title = "Letter \(found.place)"
        return self.desk.pages.page("letter", title: title, content, request, context, status: status)
    }

    private func find(_ context: ConsoleContext) async throws -> Found {
        guard let partition = context.parameters.get("partition", as: Int32.self), partition >= 0,
            let offset = context.parameters.get("offset", as: Int64.self), offset >= 0, offset < .max
        else { throw PageError(.notFound, "a letter's page is /letters/PARTITION/OFFSET") }
        let (book, _) = await self.desk.index.book()
        guard let letter = try await self.desk.reader.letter(partition: partition, offset: offset) else {
            let place = "\(partition)/\(offset)"
            throw PageError(.notFound, "there is no dead letter at \(place); retention may have deleted it")
        }
        let line = book.line(self.desk.index.topic, partition: partition, offset: offset)
        return Found(letter: letter, line: line, book: book)
    }

    // MARK: Checking

    struct Check {
        var problems: [(field: String, message: String)] = []
        var summary = ""
        var patch: JSONObject?
        var isOK = false

        var json: JSONValue {
            let problems = self.problems.map { problem in
                JSONValue.members(["field": .string(problem.field), "message": .string(problem.message)])
            }
            return .members([
                "ok": .bool(self.isOK), "summary": .string(self.summary), "problems": .array(problems),
            ])
        }
    }

    /// Judges what an operator wrote as the worker would, and as a redrive would.
    func check(_ letter: DeadLetter, _ form: Form) async throws -> Check {
        var check = Check()
        var edits = CommandEdits()
        if let command = CommandForm(letter) {
            let edited = command.edited { name in form.all(name).first }
            check.problems = edited.problems
            check.patch = edited.patch
            guard check.problems.isEmpty else {
                check.summary = "\(NumberText.count(check.problems.count, "problem")) in what was written."
                return check
            }
            if let patch = edited.patch { try edits.patch(JSONWriter.encode(patch)) }
        }
        let laps = try form.number("max_laps", 1...Int(Int32.max)) ?? ReturnRoute.usualLaps
        let isForced = form["force"] != nil
        let route = try await self.desk.index.route(edits, maximumLaps: laps, isForced: isForced)
        let verdict = route.verdict(for: letter)
        check.problems = Self.problems(of: verdict.failure)
        switch verdict.outcome {
        case .success(let record):
            check.isOK = true
            check.summary =
                verdict.failure == nil
                ? "It passes the rules for commands, and goes to \(record.topic)."
                : "It breaks the rules for commands, and goes to \(record.topic) all the same."
        case .failure(.wouldFail(let code)):
            check.summary = "It would fail again with \(code.rawValue): \(verdict.failure?.message ?? "")"
        case .failure(let reason): check.summary = "It stays: \(reason.text)."
        }
        return check
    }

    /// What is wrong, by the control that corrects it: an entry of the metadata belongs to the metadata, an unknown
    /// field to the area of these.
    private static func problems(of failure: CommandFailure?) -> [(field: String, message: String)] {
        guard let failure, failure.code == .invalidCommand else { return [] }
        return (failure.details?.members ?? []).map { member in
            let sentence = member.value.stringValue ?? ""
            if KnownField(named: member.name) != nil { return (member.name, "\(member.name) \(sentence)") }
            let top = String(member.name.prefix { $0 != "." && $0 != "[" })
            let field = KnownField(named: top) == nil ? CommandForm.other : top
            return (field, "\(member.name) \(sentence)")
        }
    }

    // MARK: Content

    private func content(
        _ found: Found,
        _ session: Session?,
        _ form: Form,
        _ check: Check?
    ) async throws -> Content {
        let letter = found.letter
        let sees = self.desk.pages.seesValues(session)
        let now = UnixMilliseconds.now()
        let verdict = try await self.desk.index.route().verdict(for: letter)
        let ids = letter.bodyAndKey
        let headers = letter.record.headers.filter { header in sees || Self.isHarmless(header.name) }
        let hidden = letter.record.headers.count - headers.count
        let content: Content = [
            "place": found.place, "code": letter.kind ?? "without a code", "state": found.mark.title,
            "stateKind": found.mark == .waiting ? "warn" : "quiet",
            "why": self.why(letter, sees) ?? "No header says why.",
            "wrong": (verdict.failure?.details?.members ?? []).filter { _ in verdict.failure?.code == .invalidCommand }
                .map { ["field": $0.name, "message": $0.value.stringValue ?? ""] },
            "facts": self.facts(found, sees), "laps": self.laps(found, sees, now),
            "mayExport": sees, "mayDismiss": found.mark == .waiting, "mayRestore": found.mark == .dismissed,
            "story": (ids.body ?? (sees ? ids.key : nil)).map { Form.search(for: $0) },
            "lastLap": Self.lastLap(found), "verdict": found.mark == .waiting ? Self.verdict(verdict) : nil,
            "headers": headers.map { ["name": $0.name.text, "value": LetterView.shown($0.value)] },
            "headersTitle": "Headers (\(headers.count)\(hidden > 0 ? "; \(hidden) more are hidden" : ""))",
            "hiddenValues": sees
                ? nil
                : "Key, value, and headers that may hold values are hidden from viewers (console.viewers_see_values).",
            "record": sees ? Self.record(letter, verdict.failure) : nil,
        ]
        guard sees, session?.role == .operator, found.mark == .waiting else { return content }
        return content.merging(self.editing(found, form, check))
    }

    /// The form that edits the command, or why there is none.
    private func editing(_ found: Found, _ form: Form, _ check: Check?) -> Content {
        let largest = self.desk.cluster.settings.worker.maximumCommandBytes
        var content: Content = [:]
        if let size = found.letter.record.valueBytes?.count, size > largest {
            content["noEdit"] =
                "Its value has \(NumberText.count(size)) bytes, more than a command may have "
                + "(\(NumberText.count(largest))), and is not edited here: «dlq redrive --letter \(found.place) "
                + "--unset FIELD» shortens it."
        } else if let command = CommandForm(found.letter) {
            content["edit"] = Self.edit(command, found.letter, form, check)
        } else {
            content["noEdit"] =
                "Its value is not a JSON object, so it cannot be edited here: export it, or dismiss it; «dlq redrive "
                + "--force» sends it as it is."
        }
        content["problem"] = check.map(\.summary)
        return content
    }

    private func why(_ letter: DeadLetter, _ sees: Bool) -> String? {
        letter.reason.map { sees ? $0 : ReasonForm($0).key }
    }

    /// Own headers but for the reason: what they hold is the worker's.
    private static func isHarmless(_ name: HeaderName) -> Bool {
        DeadLetterHeader(name: name).map { $0 != .message } ?? false
    }

    private func facts(_ found: Found, _ sees: Bool) -> [[String: String]] {
        let body = found.letter.bodyAndKey.body
        return LetterView(found.letter, found.mark).facts.compactMap { fact in
            switch fact.name {
            case "dead letter", "state", "code", "why": nil
            case "external_id" where !sees: body.map { ["name": fact.name, "value": $0] }
            default: ["name": fact.name, "value": fact.value]
            }
        }
    }

    private func laps(_ found: Found, _ sees: Bool, _ now: UnixMilliseconds) -> [Content] {
        guard let line = found.line else { return [] }
        return found.book.laps(self.desk.index.topic, of: line).map { lap in
            let reason = sees ? lap.summary.reason : found.book.why(lap.summary.form, false)
            return [
                "place": "\(lap.partition)/\(lap.offset)", "state": lap.mark.title,
                "kind": lap.mark == .waiting ? "warn" : "quiet",
                "current": lap.partition == line.partition && lap.offset == line.offset,
                "text": [lap.summary.kind, reason].compactMap(\.self).joined(separator: ": "),
                "at": lap.summary.failedAt.map { Figures.moment($0, now: now) },
            ]
        }
    }

    private static func lastLap(_ found: Found) -> String? {
        guard let line = found.line else { return "It is not among the letters that are remembered yet." }
        let earlier = line.summary.redriveCount
        if line.mark == .redriven {
            return "It was sent back; unless a later letter is listed, its customer's story tells what became of it."
        }
        return earlier == 0 ? "It was not sent back yet." : nil
    }

    private static func verdict(_ verdict: ReturnRoute.Verdict) -> Content {
        switch verdict.outcome {
        case .success(let record): ["kind": "good", "text": "A redrive sends it to \(record.topic)."]
        case .failure(let reason): ["kind": "warn", "text": "A redrive leaves it: \(reason.text)."]
        }
    }

    private static func record(_ letter: DeadLetter, _ failure: CommandFailure?) -> Content {
        let value = ShownValue(letter, wrong: failure?.details?.members.map(\.name) ?? [])
        let segments = value.segments.map { segment -> Content in
            ["text": segment.text, "wrong": segment.isWrong]
        }
        let key = LetterView.shown(letter.record.key)
        return ["key": key, "segments": segments, "valueNote": value.note]
    }
}

extension LetterMark {
    var title: String {
        switch self {
        case .waiting: "waits"
        case .redriven: "sent back"
        case .dismissed: "dismissed"
        }
    }
}
