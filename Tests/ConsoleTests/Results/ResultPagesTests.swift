import Hummingbird
import JSON
import Kafka
import Operations
import Records
import Settings
import Testing
import Topics

@testable import Console

@Suite(.timeLimit(.minutes(2))) struct ResultPagesTests {
    private static func record(_ id: String, at time: Int64, code: String? = nil) -> ProducerRecord {
        let end =
            code.map { #""status":"failed","error":{"code":"\#($0)","message":"found Atlantis"}"# }
            ?? #""status":"created","outcome":"created","customer":{"id":"cust_\#(id)"}"#
        let body =
            #"{\#(end),"external_id":"\#(id)","command":{"id":"n-\#(id)","topic":"c","partition":0,"offset":0}}"#
        return ProducerRecord(
            topic: "customer_results",
            key: Array(id.utf8),
            value: Array(body.utf8),
            timestamp: UnixMilliseconds(time)
        )
    }

    private static func row(
        _ id: String,
        at time: Int64,
        offset: Int64 = 0,
        code: String? = nil
    ) throws -> ResultFeed.Row {
        let sent = Self.record(id, at: time, code: code)
        let record = KafkaRecord(
            position: RecordPosition(topic: sent.topic, partition: 0, offset: offset),
            timestamp: sent.timestamp,
            key: sent.key,
            value: sent.value
        )
        return ResultFeed.Row(try #require(ResultEvent(record)))
    }

    private static func pages(_ state: ResultFeed.State) throws -> ResultPages {
        ResultPages(look: { state }, pages: try Pages())
    }

    @Test func `the newest come first, of one status or code where that is asked`() async throws {
        var state = ResultFeed.State(isRead: true)
        ResultFeed.add(
            [try Self.row("a<b", at: 1_000), try Self.row("ben", at: 3_000, code: "rejected")],
            to: &state.rows
        )
        ResultFeed.add([try Self.row("carl", at: 2_000)], to: &state.rows)
        #expect(state.rows.compactMap(\.externalID) == ["ben", "carl", "a<b"])
        try await PageClient.with(.operator, try Self.pages(state).addRoutes) { client in
            let all = try await client.get("/results").text
            #expect(all.contains(#"href="/search?q=a%3Cb""#) && all.contains("a&lt;b") && all.contains("cust_carl"))
            #expect(all.contains("found Atlantis") && all.contains("Of the newest 3 results."))
            let failed = try await client.get("/results?status=failed&code=rejected").text
            #expect(failed.contains("ben") && !failed.contains("carl"))
            #expect(failed.contains(#"data-live="/live/results?status=failed&amp;code=rejected""#))
            #expect(try await client.get("/results?code=conflict_of_none").status == .badRequest)
            #expect(try await client.get("/results?status=maybe").status == .badRequest)
            #expect(try await client.get("/results?code=replayed").text.contains("No such result"))
        }
        try await PageClient.with(.viewer, try Self.pages(state).addRoutes) { client in
            let text = try await client.get("/results").text
            #expect(text.contains("rejected") && !text.contains("Atlantis"))
        }
    }

    @Test func `what is kept is bounded, whatever comes`() throws {
        var rows: [ResultFeed.Row] = []
        for batch in 0..<3 {
            let start = batch * 500
            ResultFeed.add(
                try (start..<start + 500).map { try Self.row("id-\($0)", at: Int64($0), offset: Int64($0)) },
                to: &rows
            )
        }
        #expect(rows.count == ResultFeed.most)
        #expect(rows.first?.externalID == "id-1499" && rows.last?.externalID == "id-500")
        let long = try Self.row(String(repeating: "x", count: 5_000), at: 0)
        #expect((long.externalID?.utf8.count ?? 0) < 500)
    }

    @Test func `one reader serves all pages with what is there and what comes`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("customer_results", partitions: 1)
        var settings = Settings.defaults
        settings.kafka.brokers = [try #require(HostAndPort(parsing: cluster.brokers))]
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        #expect(try await producer.send([Self.record("anna", at: 1_000)]).isEmpty)
        let feed = ResultFeed(try ClusterSettings(settings))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await feed.run() }
            while !feed.look().isRead { try await Task.sleep(for: .milliseconds(20)) }
            #expect(feed.look().rows.compactMap(\.externalID) == ["anna"])
            #expect(try await producer.send([Self.record("ben", at: 2_000)]).isEmpty)
            while feed.look().rows.count < 2 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(feed.look().rows.compactMap(\.externalID) == ["ben", "anna"])
            group.cancelAll()
        }
        withExtendedLifetime(cluster) {}
    }
}
