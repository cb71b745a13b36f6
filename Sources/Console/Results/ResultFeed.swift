import CommandWorker
import CustomerContract
import Kafka
import Operations
import Records
import Settings
import Synchronization
import Topics

/// The newest results, followed by one reader for all open pages, and by none while no page is open.
final class ResultFeed: Sendable {
    /// One result, as much of it as a page shows.
    struct Row: Sendable, Hashable {
        let position: RecordPosition
        let at: UnixMilliseconds?
        let isCreated: Bool
        let code: String
        let externalID: String?
        let commandID: String
        let customerID: String?
        let message: String?

        init(_ event: ResultEvent) {
            self.position = event.position
            self.at = event.timestamp
            self.isCreated = event.isCreated
            self.code = Self.cut(event.code)
            self.externalID = event.externalID.map { Self.cut($0.text) }
            self.commandID = Self.cut(event.commandID.text)
            self.customerID = event.customerID.map { Self.cut($0) }
            self.message = event.message.map { Self.cut($0) }
        }

        /// Long texts are nothing for a row, and memory has to stay bounded.
        private static func cut(_ text: String) -> String {
            text.utf8.count <= 400 ? text : String(text.unicodeScalars.prefix(400)) + "…"
        }

        func isNewer(than other: Self) -> Bool {
            (self.at?.value ?? 0, self.position.partition, self.position.offset)
                > (other.at?.value ?? 0, other.position.partition, other.position.offset)
        }
    }

    struct State: Sendable {
        /// The newest first.
        var rows: [Row] = []
        /// Whether everything that was there has been read.
        var isRead = false
        /// Why the topic is not read; `nil` while it is.
        var trouble: String?
    }

    static let most = 1_000
    /// The records before the end of each partition that are read first.
    private static let first: Int64 = 200

    private let topic: String
    private let client: ClientProperties
    private let attention = Attention()
    private let state = Mutex(State())

    init(_ settings: ClusterSettings) {
        self.topic = settings.settings.worker.resultTopic
        self.client = settings.client
    }

    /// What is known now; each question keeps the reader going.
    func look() -> State {
        self.attention.ask()
        return self.state.withLock(\.self)
    }

    /// Follows the topic while pages ask, until the task is cancelled.
    func run() async {
        await self.attention.run(every: .seconds(2)) {
            do {
                try await self.follow()
            } catch {
                self.state.withLock { $0.trouble = ErrorPages.answer(to: error).sentence }
            }
            return false
        }
    }

    private func follow() async throws {
        let snapshot = try await TopicSnapshot(self.topic, Admin(self.client, log: { _ in }))
        let ranges = snapshot.ranges.mapValues { range in
            range.lowerBound..<max(range.lowerBound, range.upperBound - Self.first)
        }
        let follower = try await ResultFollower(self.client, behind: ranges)
        self.state.withLock { $0 = State(rows: $0.rows) }
        var isFirst = true
        while self.attention.isAsked, !Task.isCancelled {
            let news = try await follower.next(within: .milliseconds(500))
            let rows = news.records.compactMap { ResultEvent($0) }.map { Row($0) }
            let isBeginning = isFirst
            isFirst = false
            self.state.withLock { state in
                // What was known before the reader paused comes again.
                if isBeginning { state.rows = [] }
                Self.add(rows, to: &state.rows)
                state.isRead = state.isRead || news.records.isEmpty
                state.trouble = news.trouble.map { StartFailure($0).description }
            }
        }
    }

    /// Adds rows, in whatever order they came, and keeps the newest.
    static func add(_ more: [Row], to rows: inout [Row]) {
        guard !more.isEmpty else { return }
        rows = Array((rows + more).sorted { $0.isNewer(than: $1) }.prefix(Self.most))
    }
}
