import CustomerContract
import JSON
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

/// Stories from topics: the names by which a customer is found.
@Suite(.timeLimit(.minutes(2))) struct StoryTellerTests {
    private static func command(_ id: String, _ externalID: String?, _ body: String? = nil) -> ProducerRecord {
        ProducerRecord(
            topic: "customer_commands",
            key: externalID.map { Letters.text($0) },
            value: Letters.text(body ?? #"{"external_id":"\#(externalID ?? "")"}"#),
            headers: [RecordHeader(name: .ceID, value: Letters.text(id))]
        )
    }

    private static func result(
        _ command: String,
        _ externalID: String,
        _ offset: Int,
        customer: String
    ) -> ProducerRecord {
        let body =
            #"{"status":"created","outcome":"created","external_id":"\#(externalID)","customer":{"id":"\#(customer)"},"#
            + #""command":{"id":"\#(command)","topic":"customer_commands","partition":0,"offset":\#(offset)}}"#
        return ProducerRecord(
            topic: "customer_results",
            key: Letters.text(externalID),
            value: Letters.text(body),
            headers: [RecordHeader(name: .ceCausationID, value: Letters.text(command))]
        )
    }

    /// A cluster with two customers, one of whose commands have results, and a command that names nobody.
    private static func cluster() async throws -> (EmbeddedCluster, StoryTeller) {
        let cluster = try EmbeddedCluster()
        for topic in [Letters.topic, "customer_commands", "customer_results"] {
            try cluster.createTopic(topic, partitions: 1)
        }
        let client = ClientProperties(brokers: cluster.brokers, passthrough: ["fetch.wait.max.ms": "10"])
        let producer = try Producer(.init(client: client), log: { _ in })
        let failures = try await producer.send([
            self.command("signup-1", "anna"), self.command("signup-2", "ben"), self.command("odd", nil, "no JSON"),
            // An external_id that is another command's id too.
            self.command("signup-3", "signup-2x"), self.command("signup-2x", "carl"),
            self.result("signup-1", "anna", 0, customer: "cust_1"),
        ])
        #expect(failures.isEmpty)
        let teller = StoryTeller(
            client,
            resultTopic: "customer_results",
            deadLetterTopic: Letters.topic,
            group: "g",
            rules: Letters.rules()
        )
        return (cluster, teller)
    }

    @Test func `a customer is found by external_id, command id and customer id, and by each it is the same story`()
        async throws
    {
        let (cluster, teller) = try await Self.cluster()
        for (name, foundBy) in [("anna", nil), ("signup-1", .command), ("cust_1", .customer)] as [(String, Story.Name?)]
        {
            let story = try await teller.tell(.named(name), ledger: nil)
            #expect(story.externalID?.text == "anna", "\(name)")
            #expect(story.foundBy == foundBy, "\(name)")
            #expect(Set(story.events.map(\.kind)) == [.command, .result], "\(name)")
        }
        // Without a result a command's own header is enough.
        let waiting = try await teller.tell(.named("signup-2"), ledger: nil)
        #expect(waiting.externalID?.text == "ben" && waiting.foundBy == .command && waiting.state == .unanswered)
        withExtendedLifetime(cluster) {}
    }

    @Test func `an external_id comes before other names, and only it is looked for where that is asked`() async throws {
        let (cluster, teller) = try await Self.cluster()
        let both = try await teller.tell(.named("signup-2x"), ledger: nil)
        #expect(both.externalID?.text == "signup-2x" && both.foundBy == nil && both.events.count == 1)
        #expect(try await teller.tell(.customer(ExternalID("signup-1")), ledger: nil).events.isEmpty)
        #expect(try await teller.tell(.named("nobody"), ledger: nil).events.isEmpty)
        withExtendedLifetime(cluster) {}
    }

    @Test func `a command that names no customer has a story of its own record`() async throws {
        let (cluster, teller) = try await Self.cluster()
        let story = try await teller.tell(.named("odd"), ledger: nil)
        #expect(story.externalID == nil && story.foundBy == .command)
        #expect(story.events.map(\.position?.offset) == [2])
        withExtendedLifetime(cluster) {}
    }

    @Test func `a dead letter has its command's id, and a name that is only a part of another finds nothing`() {
        let found = StorySearch.named("signup-1", in: Letters.own().record, isResult: false)
        #expect(found?.search.externalID?.text == "acct_1" && found?.name == .command)
        #expect(StorySearch.named("signup", in: Letters.own().record, isResult: false) == nil)
    }
}
