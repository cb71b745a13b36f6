import CustomerContract
import Kafka
import Records
import Redrive
import Testing
import Topics

@testable import Console

/// The index against librdkafka's mock, which keeps no offsets of transactions: marks are another test's.
@Suite(.timeLimit(.minutes(1))) struct LetterIndexTests {
    private static func cluster() throws -> (EmbeddedCluster, ClientProperties) {
        let cluster = try EmbeddedCluster()
        for topic in [Letters.topic, "customer_commands", "customer_results"] {
            try cluster.createTopic(topic, partitions: 2)
        }
        return (cluster, ClientProperties(brokers: cluster.brokers, passthrough: ["fetch.wait.max.ms": "10"]))
    }

    private static func index(_ client: ClientProperties, limit: Int = 1_000) -> LetterIndex {
        LetterIndex(
            topic: Letters.topic,
            resultTopic: "customer_results",
            rules: Letters.rules(),
            client,
            limit: limit
        )
    }

    private static func send(_ count: Int, _ client: ClientProperties) async throws {
        let producer = try Producer(ProducerSettings(client: client), log: { _ in })
        let records = (0..<count).map { number in
            let letter = Letters.own(Int64(number), value: #"{"external_id":"acct_\#(number)","name":"A"}"#).record
            return ProducerRecord(
                topic: Letters.topic,
                partition: Int32(number % 2),
                key: letter.key,
                value: letter.value,
                headers: letter.headers
            )
        }
        #expect(try await producer.send(records).isEmpty)
    }

    @Test func `letters are read once and then what is new, each with what a redrive would do`() async throws {
        let (cluster, client) = try Self.cluster()
        let index = Self.index(client)
        #expect(await index.book().standing.readAt == nil)
        try await Self.send(5, client)
        await index.refresh()
        var (book, standing) = await index.book()
        #expect(standing.isWhole && standing.trouble == nil && standing.readAt != nil && standing.unread == 0)
        #expect(book.counts == [.waiting: 5])
        let page = book.page(LetterFilter(), number: 1, now: .now())
        #expect(page.lines.allSatisfy { $0.summary.stays == nil && $0.summary.kind == "rejected" })
        try await Self.send(2, client)
        await index.refresh()
        (book, standing) = await index.book()
        #expect(book.counts == [.waiting: 7])
        withExtendedLifetime(cluster) {}
    }

    @Test func `beyond its bound the index says how much it does not show`() async throws {
        let (cluster, client) = try Self.cluster()
        try await Self.send(9, client)
        let index = Self.index(client, limit: 6)
        await index.refresh()
        let (book, standing) = await index.book()
        let known = book.counts[.waiting] ?? 0
        // A portion is taken whole.
        #expect(known >= 6 && standing.isWhole && standing.unread == Int64(9 - known))
        withExtendedLifetime(cluster) {}
    }

    @Test func `without an answer the last state stays, with the sentence of the trouble`() async throws {
        var (cluster, client): (EmbeddedCluster?, ClientProperties) = try Self.cluster()
        try await Self.send(3, client)
        let index = Self.index(client)
        await index.refresh()
        cluster = nil
        await index.refresh()
        let (book, standing) = await index.book()
        #expect(book.counts == [.waiting: 3] && standing.readAt != nil)
        #expect(standing.trouble?.contains("brokers") == true)
        #expect(cluster == nil)
    }
}
