import HTTPTypes
import Hummingbird
import Operations
import Records
import Redrive
import Synchronization

/// The story of a customer or a command: what it waits for now, and how it came to that.
///
/// A story reads whole topics, so the page comes at once without it, and a live stream brings it.
struct SearchPages: Sendable {
    /// Looks up what is asked; replaced in tests.
    typealias Reading = @Sendable (_ question: Question) async throws -> StoryInquiry.Answer

    struct Question: Sendable, Hashable {
        let text: String
        /// Whether it is an external_id, whatever it looks like.
        let isExternalID: Bool
    }

    /// The time that a page without the script may take, with the wait for its turn.
    static let pageLimit: Duration = .seconds(60)
    /// The time that a stream may take from its turn on.
    static let streamLimit: Duration = .seconds(300)
    private static let longestText = 1_024

    private let read: Reading
    /// Searches that read whole topics at one time; others wait for their turn.
    private let turns = Places(2)
    private let pages: Pages
    private let configPath: String?

    /// - Parameter configPath: The file of `--config`, for the commands that are suggested.
    init(pages: Pages, configPath: String?, read: @escaping Reading) {
        self.read = read
        self.pages = pages
        self.configPath = configPath
    }

    /// What the topics, the ledger and the workers of a cluster say.
    static func reading(_ settings: ClusterSettings) -> Reading {
        let inquiry = StoryInquiry(settings)
        return { question in
            let position = question.isExternalID ? nil : inquiry.position(in: question.text)
            return try await inquiry.answer(question.text, at: position, isExternalID: question.isExternalID)
        }
    }

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/search") { request, context in try await self.page(request, context) }
        router.get("/live/search") { request, context in
            guard let question = try Self.question(request) else {
                throw PageError(.badRequest, "q: expected what to look for")
            }
            return try self.stream(question, seesValues: self.pages.seesValues(context.session))
        }
    }

    private static func question(_ request: Request) throws(PageError) -> Question? {
        let query = Form(queryOf: request)
        // What is copied from a log or a page often has blanks around it.
        guard let text = query["q"]?.trimmingBlanks, !text.isEmpty else { return nil }
        guard text.utf8.count <= Self.longestText else {
            throw PageError(.badRequest, "q: expected at most \(Self.longestText) bytes")
        }
        return Question(text: text, isExternalID: query["id"] == "1")
    }

    private func page(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        guard let question = try Self.question(request) else {
            return self.pages.page("search", title: "Search", ["intro": true], request, context)
        }
        var content: Content = ["query": question.text]
        let parameters: [(name: String, value: String)] =
            [("q", question.text)] + (question.isExternalID ? [("id", "1")] : [])
        let query = Form(parameters).query
        guard Form(queryOf: request)["wait"] != nil else {
            content["reading"] = ["href": "/search?\(query)&wait=1"]
            return self.pages.page("search", title: "Search", content, request, context, live: "/live/search?\(query)")
        }
        let end = ContinuousClock.now + Self.pageLimit
        guard let turn = await self.turns.take(until: end) else {
            throw PageError(.serviceUnavailable, "\(self.turns.most) other searches are read; try again in a minute")
        }
        defer { withExtendedLifetime(turn) {} }
        let sees = self.pages.seesValues(context.session)
        content = content.merging(await self.content(question, within: end - .now, seesValues: sees))
        return self.pages.page("search", title: "Search", content, request, context)
    }

    private func stream(_ question: Question, seesValues: Bool) throws -> Response {
        let isTold = Mutex(false)
        return try self.pages.live(every: .seconds(1), ["story": "story"]) {
            guard !isTold.withLock(\.self) else { return [:] }
            guard let turn = self.turns.take() else { return ["reading": ["waits": true]] }
            defer { withExtendedLifetime(turn) {} }
            let content = await self.content(question, within: Self.streamLimit, seesValues: seesValues)
            isTold.withLock { $0 = true }
            return content
        }
    }

    private func content(_ question: Question, within limit: Duration, seesValues: Bool) async -> Content {
        do {
            let late =
                "the topics were not read within \(Int(limit.components.seconds)) s; "
                + "`customer-worker explain` on the command line has no such limit"
            let answer = try await finish(within: limit, orThrow: PageError(.gatewayTimeout, late)) {
                try await self.read(question)
            }
            return ["story": StoryContent(answer, seesValues: seesValues, configPath: self.configPath).content]
        } catch let error as StoryTeller.NoRecord {
            let retry = Form([("q", question.text), ("id", "1")]).query
            return ["problem": ["sentence": "\(error)", "href": "/search?\(retry)"]]
        } catch {
            return ["problem": ["sentence": ErrorPages.answer(to: error).sentence]]
        }
    }
}

extension String {
    /// The text without blanks, tabs and line breaks at its ends.
    fileprivate var trimmingBlanks: String {
        let isBlank: (UnicodeScalar) -> Bool = { $0.properties.isWhitespace }
        let scalars = self.unicodeScalars.drop(while: isBlank)
        return String(String.UnicodeScalarView(scalars.reversed().drop(while: isBlank).reversed()))
    }
}
