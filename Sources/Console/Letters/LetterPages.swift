import CustomerContract
import HTTPTypes
import Hummingbird
import Operations
import Records
import Redrive
import Settings

struct LetterDesk: Sendable {
    let cluster: ClusterSettings
    let index: LetterIndex
    let reader: LetterReader
    let runner: JobRunner
    let pages: Pages
}

/// The groups of dead letters, and the list of those that are selected.
struct LetterPages: Sendable {
    let desk: LetterDesk

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/letters") { request, context in
            let query = Form(queryOf: request)
            let content = try await self.groups(query, context.session)
            let live = "/live/letters?\(query.query)"
            return self.desk.pages.page("letters", title: "Dead letters", content, request, context, live: live)
        }
        router.get("/live/letters") { request, context in
            let query = Form(queryOf: request)
            let session = context.session
            _ = try LetterFilter(query)
            let parts = [
                "letters-summary": "letter_summary", "letters-notices": "letter_notices",
                "letters-states": "letter_states", "letters-groups": "letter_groups",
            ]
            return try self.desk.pages.live(every: .seconds(1), parts) {
                (try? await self.groups(query, session)) ?? [:]
            }
        }
        router.get("/letters/list") { request, context in
            let query = Form(queryOf: request)
            let content = try await self.list(query, context.session)
            return self.desk.pages.page("letter_list", title: "Letters", content, request, context)
        }
    }

    // MARK: Groups

    private func groups(_ query: Form, _ session: Session?) async throws -> Content {
        let filter = try LetterFilter(query)
        let grouping = query["by"].flatMap { LetterGroups.Grouping(rawValue: $0) } ?? .reason
        let (book, standing) = await self.desk.index.book()
        let now = UnixMilliseconds.now()
        let sees = self.desk.pages.seesValues(session)
        let groups = LetterGroups(book, filter, by: grouping, now: now)
        let counts = book.counts
        let states = LetterState.allCases.map { state -> Content in
            let count = state == .all ? counts.values.reduce(0, +) : counts.first { state.includes($0.key) }?.value ?? 0
            var other = filter
            other.state = state
            return [
                "label": "\(state.title) \(NumberText.count(count))", "current": state == filter.state,
                "href": "/letters?" + Form(other.query + [("by", grouping.rawValue)]).query,
            ]
        }
        let groupings = LetterGroups.Grouping.allCases.map { other -> Content in
            [
                "label": "By \(other.title.lowercased())", "current": other == grouping,
                "href": "/letters?" + Form(filter.query + [("by", other.rawValue)]).query,
            ]
        }
        let nothing = filter.state == .waiting ? "No dead letters wait." : "There are none."
        let hidden = groups.hidden > 0 ? NumberText.count(groups.hidden, "more group") : nil
        let content: Content = [
            "groupedBy": grouping.title, "groups": groups.groups.map { Self.row($0, book, sees, now) },
            "nothing": standing.readAt == nil ? "The dead letters are being read." : nothing,
            "hidden": hidden.map { "\($0) of fewer letters not shown." }, "states": states, "groupings": groupings,
        ]
        return await self.frame(book, standing, filter, sees, now).merging(content)
    }

    private static func row(
        _ group: LetterGroups.Group,
        _ book: LetterBook,
        _ sees: Bool,
        _ now: UnixMilliseconds
    ) -> Content {
        let recent = group.trend.reduce(0, +)
        return [
            "href": "/letters/list?" + Form(group.filter.query).query,
            "title": group.name ?? group.kind ?? "without a code", "count": NumberText.count(group.count),
            "trend": group.trend.map(String.init).joined(separator: ","), "verdict": group.verdict,
            "recent": recent == 0 ? "none" : "\(NumberText.count(recent)) in 24 h",
            "why": group.form.flatMap { book.why($0, sees) },
            "oldest": group.oldest.map { Figures.moment($0, now: now) },
            "newest": group.newest.map { Figures.moment($0, now: now) },
            "example": group.example.map { "\($0.partition)/\($0.offset)" },
        ]
    }

    /// What both pages say of the index, its troubles and the job that runs.
    private func frame(
        _ book: LetterBook,
        _ standing: LetterIndex.Standing,
        _ filter: LetterFilter,
        _ sees: Bool,
        _ now: UnixMilliseconds
    ) async -> Content {
        let waiting = book.counts[.waiting] ?? 0
        let rest = standing.remaining > 0 ? ": up to \(NumberText.count(standing.remaining)) are left" : ""
        let isReading = !standing.isWhole && standing.trouble == nil
        let unread =
            "\(NumberText.count(LetterIndex.limit)) letters are shown, and up to "
            + "\(NumberText.count(standing.unread)) later ones are not until some of these are sent back or dismissed; "
            + "«dlq list» counts all."
        let running = await self.desk.runner.running
        return [
            "summary": "\(NumberText.count(waiting, "letter")) wait\(waiting == 1 ? "s" : "")",
            "readAt": standing.readAt.map { Figures.moment($0, now: now) },
            "trouble": standing.trouble.map { "The dead letters cannot be read now: \($0)" },
            "reading": isReading ? "The dead letters are being read\(rest)." : nil,
            "unread": standing.unread > 0 ? unread : nil,
            "retention": LetterReportView.warning(standing.retention, standing.topic).map { "Warning: \($0)." },
            "runningJob": running.map { ["text": "\($0.request.user) runs a job.", "href": "/jobs/\($0.id)"] },
            "mayExport": sees, "export": "/letters/export?" + Form(filter.query).query,
        ]
    }

    // MARK: List

    private func list(_ query: Form, _ session: Session?) async throws -> Content {
        let sees = self.desk.pages.seesValues(session)
        let filter = try LetterFilter(query, searchesKeys: sees)
        let (book, standing) = await self.desk.index.book()
        let now = UnixMilliseconds.now()
        let number = try query.number("page", 1...1_000_000) ?? 1
        let page = book.page(filter, number: number, now: now)
        func link(_ number: Int) -> String { "/letters/list?" + Form(filter.query + [("page", "\(number)")]).query }
        let pager: Content = [
            "text": "Page \(page.number) of \(page.pageCount)",
            "newer": page.number > 1 ? link(page.number - 1) : nil,
            "older": page.number < page.pageCount ? link(page.number + 1) : nil,
        ]
        let parts = filter.query.map { ["name": $0.name, "value": $0.value] }
        let count = NumberText.count(page.count, "letter")
        let content: Content = [
            "selection": "\(count): \(filter.text)", "countText": count,
            "lines": page.lines.map { Self.row($0, book, sees, now) },
            "filter": [
                "code": filter.kind ?? "", "externalID": filter.externalID, "field": filter.field ?? "",
                "since": filter.since ?? "",
            ],
            "filterRest": parts.filter { ["why", "source", "until"].contains($0["name"]) }, "filterAll": parts,
            "states": LetterState.allCases.map { state -> Content in
                ["value": state.rawValue, "label": state.title, "current": state == filter.state]
            },
            "canSend": filter.state == .waiting || filter.state == .all,
            "canRestore": filter.state == .dismissed || filter.state == .all,
            "pager": page.pageCount > 1 ? pager : nil,
        ]
        return await self.frame(book, standing, filter, sees, now).merging(content)
    }

    private static func row(
        _ line: LetterBook.Line,
        _ book: LetterBook,
        _ sees: Bool,
        _ now: UnixMilliseconds
    ) -> Content {
        let letter = line.summary
        return [
            "place": "\(line.partition)/\(line.offset)", "code": letter.kind ?? "–",
            "why": (sees ? letter.reason : book.why(letter.form, false)) ?? "–",
            "fields": letter.fields.isEmpty ? "–" : letter.fields.joined(separator: ", "),
            "verdict": line.verdict, "laps": "\(letter.redriveCount + (line.mark == .redriven ? 1 : 0))",
            "externalID": letter.externalID ?? (sees ? letter.key : nil),
            "failedAt": letter.failedAt.map { Figures.moment($0, now: now) },
        ]
    }
}

extension LetterBook {
    /// Why letters of a form failed: with the values that all share, or for those who see no values without any.
    func why(_ form: ReasonForms.Place, _ seesValues: Bool) -> String? {
        switch form {
        case .none: nil
        case .at: seesValues ? self.forms.text(at: form) : self.forms.key(at: form)
        case .beyond: "several reasons"
        }
    }
}

extension LetterBook.Line {
    /// What was done with it, or what a redrive would do.
    var verdict: String {
        switch self.mark {
        case .redriven: "sent back"
        case .dismissed: "dismissed"
        case .waiting: self.summary.stays.map { "stays: \($0.brief)" } ?? "sends"
        }
    }
}

extension LetterState {
    var title: String {
        switch self {
        case .waiting: "Waiting"
        case .redriven: "Sent back"
        case .dismissed: "Dismissed"
        case .all: "All"
        }
    }
}

extension LetterFilter {
    init(_ form: Form, searchesKeys: Bool = true) throws(PageError) {
        do throws(OptionMistake) {
            try self.init { name in form.all(name).first }
        } catch {
            throw PageError(.badRequest, error.description)
        }
        self.searchesKeys = searchesKeys
    }

    var text: String {
        let parts = [
            self.kind.map { $0.isEmpty ? "without a code" : "code \($0)" },
            self.why.map { $0.isEmpty ? "without a reason" : "reason \($0)" }, self.field.map { "field \($0)" },
            self.source.map { $0.isEmpty ? "of an unknown topic" : "from \($0)" },
            self.externalID.isEmpty ? nil : "external_id contains \(self.externalID)",
            self.since.map { "since \($0)" }, self.until.map { "until \($0)" }, self.state.title.lowercased(),
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }
}
