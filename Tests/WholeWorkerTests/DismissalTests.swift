import CustomerContract
import Foundation
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

/// Dismissals as a broker keeps them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DismissalTests {
    private static let topic = "customer_commands_dlq"
    private static let partition = TopicPartition(topic: topic, partition: 0)

    /// A cluster with dead letters of these codes, and the folder of the audit log.
    private final class Site {
        let broker: TestBroker
        let store: JobStore
        let auditPath = NSTemporaryDirectory() + "dismissal-\(UUID().uuidString).jsonl"

        init(_ codes: [String]) async throws {
            self.broker = try await TestBroker(.ownProcess)
            self.store = try JobStore(self.broker.client, deadLetterTopic: DismissalTests.topic)
            let letters = codes.enumerated().map { index, code in
                ProducerRecord(
                    topic: DismissalTests.topic,
                    partition: 0,
                    key: nil,
                    value: Array(#"{"external_id":"acct_\#(index)"}"#.utf8),
                    headers: [
                        RecordHeader(name: "__dlq.errors.topic", text: "customer_commands"),
                        RecordHeader(name: "dlq-error-code", text: code),
                    ]
                )
            }
            try await self.beat(1, .paused, letters)
        }

        deinit {
            try? FileManager.default.removeItem(atPath: self.auditPath)
        }

        static func record(_ beat: Int, _ state: JobRecord.State) -> JobRecord {
            var record = JobRecord(
                id: "j-1",
                identity: "i",
                summary: "all",
                owner: .init(user: "ada", host: "elsewhere", process: 1),
                beganAt: UnixMilliseconds(0),
                since: nil,
                until: nil
            )
            (record.beat, record.state) = (beat, state)
            return record
        }

        /// A sign of life of a redrive.
        func beat(_ beat: Int, _ state: JobRecord.State, _ records: [ProducerRecord] = []) async throws {
            let record = Self.record(beat, state)
            let job = [PartitionOffset(DismissalTests.partition, offset: 9, metadata: record.encoded)]
            guard case .committed = await self.store.commit(records, pages: .init(), job: job, record: record) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }

        func operation(_ action: Dismissal.Action, _ code: String? = nil) throws -> Dismissal {
            var selection = Selection()
            selection.kinds = Set([code].compactMap { $0 })
            return try Dismissal(
                action,
                topic: DismissalTests.topic,
                selection: selection,
                reason: "done by hand",
                words: [],
                auditPath: self.auditPath,
                self.broker.client
            )
        }

        func perform(_ action: Dismissal.Action, _ code: String? = nil) async throws -> Int {
            let operation = try self.operation(action, code)
            return try await operation.run(try await operation.plan()).count
        }

        /// The number of letters in each state, as lists count them, and what the metric says that waits.
        func counts() async throws -> (marks: [LetterMark: Int], waiting: [String: Int]) {
            var report = LetterReport()
            try await DeadLetterTopic(DismissalTests.topic, self.broker.client).visit(Selection(), .all) {
                report.take($0, $1)
                return true
            }
            let count = try await WaitingCounter(DismissalTests.topic, self.broker.client).count()
            return (report.counts, count.tally.counts)
        }
    }

    @Test func `dismissed letters wait no longer, in no list and no metric, until they are restored`() async throws {
        let site = try await Site(["rejected", "rejected", "invalid_json"])
        #expect(try await site.perform(.dismiss, "rejected") == 2)
        var counts = try await site.counts()
        #expect(counts.marks == [.waiting: 1, .dismissed: 2] && counts.waiting == ["invalid_json": 1])
        #expect(try await site.perform(.dismiss, "rejected") == 0)
        // The job that was stopped can still be resumed.
        let found = try await site.store.find([Self.partition], results: []).record
        #expect(found == Site.record(1, .paused))

        #expect(try await site.perform(.restore) == 2)
        counts = try await site.counts()
        #expect(counts.marks == [.waiting: 3] && counts.waiting == ["rejected": 2, "invalid_json": 1])

        var history = JobHistory()
        for line in try String(contentsOfFile: site.auditPath, encoding: .utf8).split(separator: "\n") {
            history.read(Array(line.utf8))
        }
        try await history.take(lastOf: Self.topic, site.broker.client)
        let jobs = history.jobs(of: Self.topic)
        #expect(jobs.map(\.kind) == ["restore", "dismiss", "dismiss", "redrive"])
        #expect(jobs.map(\.moved) == [2, 0, 2, 0] && jobs.first?.reason == "done by hand")
        #expect(jobs.map(\.state) == [.ended, .ended, .ended, .paused])
    }

    @Test func `while a redrive runs nothing is dismissed, and one that began meanwhile is found`() async throws {
        let site = try await Site(["rejected"])
        let plan = try await site.operation(.dismiss).plan()
        try await site.beat(2, .running)
        await #expect(throws: RedriveRequest.Refusal.self) { try await site.operation(.dismiss).run(plan) }

        // What was refused has fenced the job, which takes the topic again and gives signs of life.
        let store = try JobStore(site.broker.client, deadLetterTopic: Self.topic)
        try await store.take()
        let operation = try site.operation(.dismiss)
        async let isRefused = { () async -> Bool in
            do {
                _ = try await operation.plan()
                return false
            } catch {
                return error is RedriveRequest.Refusal
            }
        }()
        for beat in 3...20 {
            let record = Site.record(beat, .running)
            let job = [PartitionOffset(Self.partition, offset: 9, metadata: record.encoded)]
            _ = await store.commit([], pages: .init(), job: job, record: record)
            try await Task.sleep(for: .milliseconds(100))
        }
        let wasRefused = await isRefused
        #expect(wasRefused)
        #expect(try await site.counts().marks == [.waiting: 1])
    }
}
