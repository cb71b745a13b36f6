import CustomerContract
import Foundation
import JSON
import Kafka
import Operations
import Records
import Redrive
import Topics

/// The jobs that this machine's audit log and the cluster know, for pages: read in the background while pages ask.
actor JobBoard {
    struct AuditLine: Sendable {
        let at: String
        /// Such as `redrive.began`.
        let action: String
        let user: String
        let job: String?
        /// What else it says, in the order of the log.
        let details: [(name: String, value: String)]
    }

    struct View: Sendable {
        /// The newest first.
        var jobs: [JobHistory.Job] = []
        /// The newest last.
        var lines: [AuditLine] = []
        /// The redrive that another process runs; what it has sent back grows.
        var foreign: JobRecord?
        /// Why the cluster was not asked with success; `nil` when it was.
        var trouble: String?
        var readAt: UnixMilliseconds?
    }

    static let interval: Duration = .seconds(3)
    /// A running job gives a sign of life every two seconds.
    private static let longestSilence: Duration = .seconds(8)
    private static let mostLines = 2_000
    private static let portion = 4 << 20

    private let topic: String
    private let client: ClientProperties
    private let auditPath: String
    private let attention = Attention()
    private var history = JobHistory()
    private var lines: [AuditLine] = []
    private var position: UInt64 = 0
    private var rest: [UInt8] = []
    private var seen: (record: JobRecord, at: ContinuousClock.Instant)?
    private var view = View()

    init(topic: String, auditPath: String, _ client: ClientProperties) {
        self.topic = topic
        self.auditPath = auditPath
        self.client = client
    }

    /// What is known now; asking keeps it fresh for a minute.
    func current() -> View {
        self.attention.ask()
        return self.view
    }

    nonisolated func hurry() { self.attention.ask(hasNews: true) }

    /// Reads while pages ask, until the task is cancelled.
    ///
    /// - Parameter running: The name of the job that this process runs.
    func run(_ running: @escaping @Sendable () async -> String?) async {
        await self.attention.run(every: Self.interval) {
            await self.refresh(running: running())
            return false
        }
    }

    func refresh(running: String?) async {
        self.readAuditLog()
        do {
            try await self.readRecord(running)
            self.view.trouble = nil
        } catch {
            self.view.trouble = ErrorPages.answer(to: error).sentence
        }
        self.view.jobs = self.history.jobs(of: self.topic)
        self.view.lines = self.lines
        self.view.readAt = .now()
    }

    private func readRecord(_ running: String?) async throws {
        let admin = try Admin(self.client, log: { _ in })
        guard let snapshot = try await TopicSnapshot(existing: self.topic, admin, within: .seconds(3)) else { return }
        let store = try JobStore(self.client, deadLetterTopic: self.topic)
        guard let record = try await store.find(snapshot.partitions, results: []).record else { return }
        let now = ContinuousClock.now
        if self.seen?.record.id != record.id || self.seen?.record.beat != record.beat { self.seen = (record, now) }
        let isQuiet = self.seen.map { $0.at + Self.longestSilence < now } ?? false
        let isOwn = record.id == running
        let isAlive = isOwn || record.state == .running && !record.owner.isGone(seenFrom: .current()) && !isQuiet
        self.view.foreign = isAlive && !isOwn && record.state == .running ? record : nil
        self.history.take(record, of: self.topic, isAlive: isAlive)
    }

    /// Reads what was added; a file that is shorter than it was is another one.
    func readAuditLog() {
        guard let file = FileHandle(forReadingAtPath: self.auditPath) else { return }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return }
        if end < self.position {
            (self.history, self.lines, self.position, self.rest) = (JobHistory(), [], 0, [])
        }
        while self.position < end {
            guard (try? file.seek(toOffset: self.position)) != nil,
                let data = try? file.read(upToCount: Self.portion), !data.isEmpty
            else { return }
            self.position += UInt64(data.count)
            self.take(self.rest + Array(data))
        }
    }

    private func take(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What is not a whole line yet; one that is longer than any is none.
        let rest = lines.popLast() ?? []
        self.rest = rest.count > 4 * Self.portion ? [] : Array(rest)
        for line in lines where !line.isEmpty {
            self.history.read(Array(line))
            if let line = AuditLine(Array(line)) { self.lines.append(line) }
        }
        self.lines.removeFirst(max(0, self.lines.count - Self.mostLines))
    }
}

extension JobBoard.AuditLine {
    /// Reads a line; `nil` for one that is none.
    init?(_ line: [UInt8]) {
        guard let entry = try? JSONParser.parseObject(line), let action = entry["action"]?.stringValue else {
            return nil
        }
        self.at = entry.string("at") ?? ""
        self.action = action
        self.user = [entry.string("user"), entry.string("host")].compactMap(\.self).joined(separator: "@")
        self.job = entry.string("job")
        let own: Set<String> = ["at", "action", "user", "host", "process", "job", "topic"]
        self.details = entry.members.filter { !own.contains($0.name) && !$0.value.isNull }.prefix(12).map { member in
            let lines = member.value.arrayValue ?? []
            let texts = lines.compactMap(\.stringValue)
            let text =
                !texts.isEmpty && texts.count == lines.count
                ? texts.joined(separator: " ") : member.value.stringValue ?? member.value.compact
            return (member.name.replacing("_", with: " "), text.cut(toBytes: 2_000))
        }
    }
}
