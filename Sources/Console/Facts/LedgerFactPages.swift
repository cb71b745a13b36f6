import CustomerContract
import HTTPTypes
import Hummingbird
import JSON
import Ledger
import Operations
import Records
import Settings
import Synchronization

/// How much the ledger remembers, counted again every minute while pages ask: a count may read a whole file.
final class LedgerFigures: Sendable {
    struct State: Sendable {
        var stats: LedgerStats?
        var at: UnixMilliseconds?
        /// Why nothing could be counted last; `nil` when it could.
        var trouble: String?
    }

    private let url: StoreURL
    private let attention = Attention()
    private let state = Mutex(State())

    init(_ url: StoreURL) {
        self.url = url
    }

    /// What is known now; each question keeps the counting going.
    func look() -> State {
        self.attention.ask()
        return self.state.withLock(\.self)
    }

    /// Opens the ledger.
    ///
    /// - Throws: ``StartFailure`` when there is none yet, or none that another process can see.
    static func open(_ url: StoreURL) async throws(StartFailure) -> any Ledger {
        if case .sqlite(":memory:") = url {
            throw StartFailure(.configuration, "store.url is in the worker's memory, which no other process sees")
        }
        return try await WorkerAssembly.existingLedger(url)
    }

    /// Counts while pages ask, until the task is cancelled.
    func run() async {
        await self.attention.run(every: .seconds(60)) {
            do {
                let stats = try await LedgerStats(of: Self.open(self.url), at: self.url)
                self.state.withLock { $0 = State(stats: stats, at: .now()) }
            } catch {
                self.state.withLock { $0.trouble = ErrorPages.answer(to: error).sentence }
            }
            return false
        }
    }
}

/// The ledger: its figures, and what it remembers of one customer.
struct LedgerFactPages: Sendable {
    let url: StoreURL
    let figures: @Sendable () -> LedgerFigures.State
    let pages: Pages

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/ledger") { request, context in
            var content = self.content
            if let id = Form(queryOf: request)["external_id"] {
                guard id.utf8.count <= 1_024 else {
                    throw PageError(.badRequest, "external_id: expected at most 1024 bytes")
                }
                content["asked"] = id
                content["entry"] = try await self.entry(of: ExternalID(id), context.session)
                content["isUnknown"] = content["entry"] == nil
            }
            return self.pages.page("ledger", title: "Ledger", content, request, context, live: "/live/ledger")
        }
        router.get("/live/ledger") { _, _ in
            try self.pages.live(every: .seconds(2), ["ledger": "ledger_figures"]) { self.content }
        }
    }

    private var content: Content {
        let state = self.figures()
        return [
            "store": self.url.description, "customers": state.stats.map { NumberText.count($0.customers) },
            "bytes": state.stats.map { Figures.bytes($0.bytes) }, "counted": state.at.map { Figures.moment($0) },
            "trouble": state.trouble, "isCounting": state.stats == nil && state.trouble == nil,
        ]
    }

    private func entry(of id: ExternalID, _ session: Session?) async throws -> Content? {
        let ledger = try await LedgerFigures.open(self.url)
        guard let entry = try await ledger.entry(for: id) else { return nil }
        let object = entry.object
        let facts = object.members.filter { $0.name != "customer" }.map { member in
            ["name": member.name, "value": member.value.stringValue ?? PrettyJSON.text(member.value)]
        }
        var content: Content = ["facts": facts, "href": Form.search(for: id.text)]
        if self.pages.seesValues(session), let customer = object["customer"] {
            content["customer"] = PrettyJSON.text(customer)
        } else {
            content["isHidden"] = true
        }
        return content
    }
}
