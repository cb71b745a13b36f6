import CommandWorker
import Kafka
import KafkaFaults
import Records
import Settings
import Testing

@testable import Operations

/// ``PublishCheck``, against brokers that refuse what they are told to.
@Suite(.timeLimit(.minutes(5)), .serialized) struct PublishCheckTests {
    /// Numbers of requests in Kafka's protocol guide.
    private enum API {
        static let produce: Int16 = 0
        static let initProducerID: Int16 = 22
        static let addPartitions: Int16 = 24
        static let addOffsets: Int16 = 25
        static let offsetCommit: Int16 = 28
    }

    private static let (results, letters, replies) = ("customer_results", "customer_commands_dlq", "replies")
    private static let committing = "committing for customer_worker"
    private static let id = "transactional id w"

    private static func settings(_ guarantee: WorkerSettings.Guarantee = .exactlyOnce) -> Settings {
        var settings = Settings.defaults
        settings.worker.guarantee = guarantee
        settings.worker.ownTransactionalID = "w"
        return settings
    }

    private static func cluster() throws -> EmbeddedCluster {
        let cluster = try EmbeddedCluster()
        for topic in ["customer_commands", self.results, self.letters, self.replies] {
            try cluster.createTopic(topic, partitions: 2)
        }
        return cluster
    }

    private static func client(_ cluster: EmbeddedCluster) -> ClientProperties {
        ClientProperties(
            brokers: cluster.brokers,
            passthrough: ["reconnect.backoff.ms": "50", "reconnect.backoff.max.ms": "200"]
        )
    }

    private static func findings(
        _ cluster: EmbeddedCluster,
        _ settings: Settings = settings(),
        limit: Duration = .seconds(60)
    ) async -> [CheckFinding] {
        let records = TrialRecords(settings)
        let letters = TopicDescription(name: self.letters, partitionCount: 2, replicationFactor: 1)
        let targets = [
            PublishCheck.Target(topic: self.results, isReply: false, records: records.results(for: self.results, [:])),
            PublishCheck.Target(
                topic: self.letters,
                isReply: false,
                records: records.letters(for: letters, [:], commands: [:])
            ),
            PublishCheck.Target(topic: self.replies, isReply: true, records: records.results(for: self.replies, [:])),
        ]
        let offset = PartitionOffset(TopicPartition(topic: "customer_commands", partition: 0), offset: 0)
        return await PublishCheck(settings, client: self.client(cluster))
            .run(targets, offset: offset, limit: TimeLimit(limit))
    }

    // That no worker is fenced, and nothing seen, is shown against another broker: these fence nobody and show it all.
    @Test func `what is taken is fine, and the rows tell how it was tried`() async throws {
        let findings = await Self.findings(try Self.cluster())
        #expect(
            findings.map(\.subject) == [
                Self.id, "publishing to \(Self.results)", "publishing to \(Self.letters)",
                "publishing to \(Self.replies)", Self.committing,
            ]
        )
        try #require(findings.count == 5)
        #expect(findings.allSatisfy { $0.state == .fine && $0.remedy.isEmpty }, "\(findings)")
        #expect(findings[0].found.contains("«w check»"))
        #expect(findings[2].found.contains("327680 bytes"))
    }

    /// A refusal: the request, the brokers' codes for the first ones of its kind, the row, its state, words of it.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let request: Int16
        let codes: [Int32]
        let subject: String
        let state: CheckFinding.State
        let words: String
        var testDescription: String { "\(self.request) \(self.codes)" }

        init(_ request: Int16, _ codes: [Int32], _ subject: String, _ state: CheckFinding.State, _ words: String) {
            (self.request, self.codes, self.subject, self.state, self.words) = (request, codes, subject, state, words)
        }
    }

    private static let ofResults = "publishing to \(results)"
    private static let ofLetters = "publishing to \(letters)"

    // The largest result and one without a key; the largest letter, one without a key, an old one; two replies.
    @Test(arguments: [
        Refusal(API.produce, [29], ofResults, .failed(.notPermitted), "TOPIC_AUTHORIZATION_FAILED"),
        Refusal(API.addPartitions, [29], ofResults, .failed(.notPermitted), "TOPIC_AUTHORIZATION_FAILED"),
        Refusal(API.produce, [10], ofResults, .warning, "a record of 327680 bytes is too large"),
        Refusal(API.produce, [0, 10], ofResults, .failed(.unavailable), "even a record of"),
        Refusal(API.produce, [32], ofResults, .failed(.unavailable), "the present time is refused"),
        Refusal(API.produce, [0, 87], ofResults, .warning, "without a key are refused"),
        Refusal(API.produce, [87], ofResults, .failed(.unavailable), "INVALID_RECORD"),
        Refusal(API.produce, [44], ofResults, .failed(.unavailable), "POLICY_VIOLATION"),
        Refusal(API.produce, [0, 0, 29], ofLetters, .failed(.notPermitted), "TOPIC_AUTHORIZATION_FAILED"),
        Refusal(API.produce, [0, 0, 0, 87], ofLetters, .warning, "without a key are refused"),
        Refusal(API.produce, [0, 0, 0, 0, 32], ofLetters, .warning, "of 168 h ago is refused"),
        Refusal(API.produce, [0, 0, 0, 0, 0, 29], "publishing to \(replies)", .warning, "go to the results topic"),
        Refusal(API.addOffsets, [30], committing, .failed(.notPermitted), "GROUP_AUTHORIZATION_FAILED"),
        Refusal(API.offsetCommit, [30], committing, .failed(.notPermitted), "GROUP_AUTHORIZATION_FAILED"),
        Refusal(API.offsetCommit, [29], committing, .failed(.notPermitted), "TOPIC_AUTHORIZATION_FAILED"),
    ])
    func `what is refused has a row that says what to do, and everything else is tried all the same`(
        refusal: Refusal
    ) async throws {
        let cluster = try Self.cluster()
        cluster.failNext(request: refusal.request, with: refusal.codes)
        let findings = await Self.findings(cluster)
        let found = findings.filter { $0.state != .fine }
        #expect(found.map(\.subject) == [refusal.subject], "\(findings)")
        #expect(found.first?.state == refusal.state, "\(found)")
        #expect(found.first?.found.contains(refusal.words) == true, "\(found)")
        #expect(found.first?.remedy.isEmpty == false)
        #expect(findings.count == 5)
    }

    @Test(arguments: [
        (Int32(53), CheckFinding.State.failed(.notPermitted), "ids that begin with w"),
        (31, .failed(.notPermitted), "ids that begin with w"),
        (50, .failed(.configuration), "lower transaction.timeout.ms"),
    ])
    func `a transactional id that is not given is one row`(
        code: Int32,
        state: CheckFinding.State,
        remedy: String
    ) async throws {
        let cluster = try Self.cluster()
        cluster.failNext(request: API.initProducerID, with: [code])
        let findings = await Self.findings(cluster)
        #expect(findings.map(\.subject) == [Self.id])
        #expect(findings.first?.state == state, "\(findings)")
        #expect(findings.first?.remedy.contains(remedy) == true, "\(findings)")
    }

    @Test func `brokers that are away are one row, in time`() async throws {
        let cluster = try Self.cluster()
        try cluster.takeDown(broker: 1)
        let findings = await Self.findings(cluster, limit: .seconds(2))
        #expect(findings.map(\.state) == [.failed(.unavailable)], "\(findings)")
    }

    @Test func `a topic without a leader is one row, and costs the others their time only`() async throws {
        let cluster = try Self.cluster()
        for partition in 0..<2 as Range<Int32> {
            try cluster.setLeader(of: TopicPartition(topic: Self.results, partition: partition), to: nil)
        }
        let findings = await Self.findings(cluster)
        let found = findings.filter { $0.state != .fine }
        #expect(found.map(\.subject) == [Self.ofResults], "\(findings)")
        #expect(found.first?.state == .failed(.unavailable))
        #expect(found.first?.found.contains("not acknowledged in time") == true, "\(found)")
        #expect(findings.count == 5)
    }

    @Test func `what there is no time for is told as not tried`() async throws {
        let cluster = try Self.cluster()
        for topic in [Self.results, Self.letters, Self.replies] {
            for partition in 0..<2 as Range<Int32> {
                try cluster.setLeader(of: TopicPartition(topic: topic, partition: partition), to: nil)
            }
        }
        // Two of the three are waited for in vain until then, for 3 s each.
        let findings = await Self.findings(cluster, limit: .seconds(6))
        #expect(findings.first?.subject == Self.id)
        #expect(findings.last?.subject == "publishing", "\(findings)")
        #expect(findings.last?.state == .skipped)
        for topic in [Self.results, Self.letters, Self.replies] {
            let isTold = findings.last?.found.contains(topic) == true
            #expect(findings.count { $0.subject == "publishing to \(topic)" } == (isTold ? 0 : 1), "\(findings)")
        }
    }

    @Test func `nothing is written where it could not be aborted`() async throws {
        let cluster = try Self.cluster()
        let findings = await Self.findings(cluster, Self.settings(.atLeastOnce))
        #expect(findings.map(\.state) == [.skipped])
        #expect(findings.first?.found.contains("at_least_once") == true)
        let admin = try Admin(Self.client(cluster), log: { _ in })
        for topic in [Self.results, Self.letters, Self.replies] {
            for partition in 0..<2 as Range<Int32> {
                let ends = try await admin.watermarks(of: TopicPartition(topic: topic, partition: partition))
                #expect(ends.high == 0)
            }
        }
    }
}
