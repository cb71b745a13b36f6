import HTTPTypes
import Hummingbird
import Operations
import Records
import Topics

struct ResultPages: Sendable {
    static let shown = 50

    let look: @Sendable () -> ResultFeed.State
    let pages: Pages

    struct Filter: Sendable, Hashable {
        var isCreated: Bool?
        var code: String?

        /// - Throws: ``PageError`` that names the parameter and what was expected.
        init(_ query: Form) throws(PageError) {
            switch query["status"] {
            case nil: break
            case "created"?: self.isCreated = true
            case "failed"?: self.isCreated = false
            case let other?: throw PageError(.badRequest, "status: expected created or failed, found \(other)")
            }
            self.code = query["code"]
            if let mistake = self.code.flatMap({ ResultSelection.mistake(in: $0) }) {
                throw PageError(.badRequest, "code: \(mistake)")
            }
        }

        func matches(_ row: ResultFeed.Row) -> Bool {
            (self.isCreated.map { $0 == row.isCreated } ?? true) && (self.code.map { $0 == row.code } ?? true)
        }

        var query: String {
            var fields: [(name: String, value: String)] = []
            if let isCreated { fields.append(("status", isCreated ? "created" : "failed")) }
            if let code { fields.append(("code", code)) }
            return fields.isEmpty ? "" : "?\(Form(fields).query)"
        }
    }

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/results") { request, context in
            let filter = try Filter(Form(queryOf: request))
            var content = self.content(filter, seesValues: self.pages.seesValues(context.session))
            content["created"] = filter.isCreated == true
            content["failed"] = filter.isCreated == false
            content["codes"] = ResultSelection.knownCodes.map { ["code": $0, "isChosen": $0 == filter.code] }
            content["isFiltered"] = !filter.query.isEmpty
            let live = "/live/results\(filter.query)"
            return self.pages.page("results", title: "Results", content, request, context, live: live)
        }
        router.get("/live/results") { request, context in
            let filter = try Filter(Form(queryOf: request))
            let seesValues = self.pages.seesValues(context.session)
            return try self.pages.live(every: .seconds(1), ["results": "result_rows"]) {
                self.content(filter, seesValues: seesValues)
            }
        }
    }

    private func content(_ filter: Filter, seesValues: Bool) -> Content {
        let state = self.look()
        let rows = Array(state.rows.lazy.filter { filter.matches($0) }.prefix(Self.shown))
        return [
            "rows": rows.map { Self.row($0, seesValues) }, "isReading": !state.isRead && state.trouble == nil,
            "of": NumberText.count(state.rows.count, "result"), "trouble": state.trouble,
        ]
    }

    private static func row(_ row: ResultFeed.Row, _ seesValues: Bool) -> Content {
        [
            "code": row.code, "word": row.isCreated ? "created" : "failed", "kind": row.isCreated ? "good" : "bad",
            "commandID": row.commandID, "commandHref": Form.search(for: row.commandID),
            "position": row.position.description, "at": row.at?.description,
            "time": row.at.map { "\($0.description.prefix(10)) \(Figures.clock($0))" }, "externalID": row.externalID,
            "href": row.externalID.map { Form.search(for: $0) },
            "says": row.isCreated ? row.customerID : seesValues ? row.message : nil,
        ]
    }
}
