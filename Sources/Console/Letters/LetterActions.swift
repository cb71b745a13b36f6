import CommandWorker
import CustomerContract
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import Records
import Redrive
import Settings
import Topics

/// What is done with letters that a list selects: sending back, dismissing, restoring, exporting.
struct LetterActions: Sendable {
    let desk: LetterDesk
    /// For exports that are under way: each holds a reader.
    private let exports = Places(4)

    /// Runs of places that a job may name.
    private static let mostRuns = 2_000
    private static let mostReasonBytes = 1_024

    func addRoutes(to router: Router<ConsoleContext>) {
        router.post("/letters/redrive") { _, context in
            var words = JobWords()
            words.selection = try await self.selection(context.form, .waiting)
            words.edits = try Self.edits(context.form)
            return try await self.begin(.redrive, words, context)
        }
        router.post("/letters/dismiss") { request, context in
            var words = JobWords()
            words.selection = try await self.selection(context.form, .waiting)
            guard context.form["reason"] != nil else { return self.askForReason(request, context) }
            return try await self.begin(.dismiss, words, context)
        }
        router.post("/letters/restore") { _, context in
            var words = JobWords()
            words.selection = try await self.selection(context.form, .dismissed)
            return try await self.begin(.restore, words, context)
        }
        router.get("/letters/export") { request, context in
            guard self.desk.pages.seesValues(context.session) else {
                let sentence = "values of customers are hidden from viewers, and an export is made of them"
                throw PageError(.forbidden, sentence)
            }
            return try await self.export(Form(queryOf: request))
        }
    }

    /// Plans a job with the settings of a form.
    func begin(_ kind: JobRequest.Kind, _ words: JobWords, _ context: ConsoleContext) async throws -> Response {
        let form = context.form
        var words = words
        words.destination = form["to"]
        words.isForced = form["force"] != nil
        // What cannot be read is said here, and not on the page of a job.
        _ = try words.selection.selection()
        _ = try words.commandEdits()
        var request = JobRequest(kind, words, by: context.session?.user ?? "")
        if let reason = form["reason"] {
            guard reason.utf8.count <= Self.mostReasonBytes else {
                throw PageError(.badRequest, "reason: expected at most \(Self.mostReasonBytes) bytes")
            }
            request.reason = reason
        }
        request.rate = try form.rate()
        request.canary = try form.number("canary", 0...100) ?? 0
        request.maximumFailures = try form.number("max_failures", 1...Int(Int32.max))
        request.maximumLaps = try form.number("max_laps", 1...Int(Int32.max)) ?? ReturnRoute.usualLaps
        request.takesOver = form["take_over"] != nil
        return .seeOther("/jobs/\(try await self.desk.runner.begin(request))")
    }

    private func askForReason(_ request: Request, _ context: ConsoleContext) -> Response {
        let fields = context.form.fields.filter { !["csrf", "reason"].contains($0.name) }
        let content: Content = [
            "question": "Dismiss the chosen letters?",
            "consequence":
                "They need no sending back and no longer wait. They stay in their topic, and can be restored.",
            "facts": [String](), "action": "/letters/dismiss", "reason": true, "back": "/letters",
        ]
        let label = "Plan to dismiss"
        return self.desk.pages.confirmation(label, title: "Dismiss", fields: fields, content, request, context)
    }

    /// The letters that a form means: those that are checked, or all of its filter.
    ///
    /// - Parameter state: What can be done something with.
    func selection(_ form: Form, _ state: LetterState) async throws -> SelectionForm {
        var selection = SelectionForm()
        if form["scope"] != "all" {
            selection.letters = form.all("letter")
            guard !selection.letters.isEmpty else {
                throw PageError(.badRequest, "no letter is checked: go back, and check some or choose all")
            }
            return selection
        }
        var filter = try LetterFilter(form)
        filter.state = state
        return try await self.selection(filter)
    }

    /// The options of the command line that mean the letters of a filter; where it has none for a condition, the
    /// letters themselves.
    private func selection(_ filter: LetterFilter) async throws -> SelectionForm {
        var selection = SelectionForm()
        if filter.field == nil, filter.source == nil, filter.externalID.isEmpty, filter.kind != "" {
            selection.codes = filter.kind.map { [$0] } ?? []
            selection.whys = filter.why.map { [$0] } ?? []
            (selection.since, selection.until) = (filter.since, filter.until)
            return selection
        }
        let (book, standing) = await self.desk.index.book()
        guard standing.readAt != nil else {
            throw PageError(.serviceUnavailable, "the dead letters are being read; try again in a moment")
        }
        let runs = book.places(filter, now: .now())
        guard !runs.isEmpty else { throw PageError(.conflict, "no letter of this selection is left; look at the list") }
        guard runs.count <= Self.mostRuns else {
            throw PageError(
                .badRequest,
                "the selection has \(NumberText.count(runs.count)) parts, and a job takes \(Self.mostRuns): choose a "
                    + "code, a reason or a time, or act in steps"
            )
        }
        selection.letters = runs.map { LetterSet.text($0.partition, $0.offsets) }
        return selection
    }

    /// Lines `FIELD=TEXT`, `FIELD:=JSON` and `-FIELD` as words of the command line.
    static func edits(_ form: Form) throws -> [[String]] {
        let lines = (form["edits"] ?? "").split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        let words = lines.map { $0.hasPrefix("-") ? ["--unset", String($0.dropFirst())] : ["--set", String($0)] }
        var job = JobWords()
        job.edits = words
        let edits = try job.commandEdits()
        do throws(CommandEdits.UnknownField) {
            try edits.checkFields()
        } catch {
            throw PageError(.badRequest, error.description)
        }
        return words
    }

    // MARK: Export

    private func export(_ query: Form) async throws -> Response {
        let filter = try LetterFilter(query)
        var form = SelectionForm()
        form.letters = query.all("letter")
        if form.letters.isEmpty { form = try await self.selection(filter) }
        let selection = try form.selection()
        let state = query.all("letter").isEmpty ? filter.state : .all
        let exports = self.exports
        guard let place = exports.take() else {
            throw PageError(.serviceUnavailable, "\(exports.most) exports are under way; wait for one of them")
        }
        let name = self.desk.cluster.settings.worker.deadLetterTopic
        let topic = try await DeadLetterTopic(name, self.desk.cluster.client)
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(place) {} }
            var portions = try await topic.portions(selection, state)
            while let letters = try await portions.next() {
                var buffer = ByteBuffer()
                for letter in letters { buffer.writeBytes(ExportLine(letter).encoded + [UInt8(ascii: "\n")]) }
                if buffer.readableBytes > 0 { try await LiveStreams.write(buffer, &writer) }
            }
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [
            .contentType: "application/x-ndjson",
            .contentDisposition: "attachment; filename=\"dead-letters.jsonl\"",
        ]
        return Response(status: .ok, headers: headers, body: body)
    }
}
