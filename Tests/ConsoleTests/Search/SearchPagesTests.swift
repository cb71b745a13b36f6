import CustomerContract
import Foundation
import Hummingbird
import JSON
import Kafka
import Operations
import Records
import Redrive
import Settings
import Synchronization
import Testing
import Topics

@testable import Console

/// The story in a page, from topics of embedded brokers.
@Suite(.timeLimit(.minutes(2))) struct SearchPagesTests {
    private static let hostile = "<script>x</script>"

    /// A customer whose second command failed with its value in the error, and is a dead letter.
    private static func cluster() async throws -> (EmbeddedCluster, ClusterSettings) {
        let cluster = try EmbeddedCluster()
        for topic in ["customer_commands", "customer_results", "customer_commands_dlq"] {
            try cluster.createTopic(topic, partitions: 1)
        }
        var settings = Settings.defaults
        settings.kafka.brokers = [try #require(HostAndPort(parsing: cluster.brokers))]
        settings.store = .sqlite(path: "/nonexistent/customers.sqlite")
        settings.adminListen = HostAndPort(host: "127.0.0.1", port: 0)
        let command = #"{"external_id":"\#(Self.hostile)","address_country":"Atlantis"}"#
        let body =
            #"{"status":"failed","external_id":"\#(Self.hostile)","error":{"code":"invalid_command","#
            + #""message":"address_country: found Atlantis","details":{"found":"Atlantis"}},"#
            + #""command":{"id":"n1","topic":"customer_commands","partition":0,"offset":0}}"#
        let dlq: [(String, String)] = [
            ("__dlq.errors.topic", "customer_commands"), ("__dlq.errors.partition", "0"), ("__dlq.errors.offset", "0"),
            ("dlq-error-code", "invalid_command"), ("__dlq.errors.message", "address_country: found Atlantis"),
        ]
        let key = Array(Self.hostile.utf8)
        func headers(_ pairs: [(String, String)]) -> RecordHeaders {
            RecordHeaders(pairs.map { RecordHeader(name: HeaderName($0.0), value: Array($0.1.utf8)) })
        }
        let producer = try Producer(.init(client: .init(brokers: cluster.brokers)), log: { _ in })
        let failures = try await producer.send([
            ProducerRecord(
                topic: "customer_commands",
                key: key,
                value: Array(command.utf8),
                headers: headers([("ce_id", "n1")])
            ),
            ProducerRecord(topic: "customer_results", key: key, value: Array(body.utf8)),
            ProducerRecord(
                topic: "customer_commands_dlq",
                key: key,
                value: Array(command.utf8),
                headers: headers(dlq)
            ),
        ])
        #expect(failures.isEmpty)
        return (cluster, try ClusterSettings(settings))
    }

    private static func pages(_ read: @escaping SearchPages.Reading) throws -> SearchPages {
        SearchPages(pages: try Pages(), configPath: "my config.yaml", read: read)
    }

    private static func path(_ text: String, _ more: String = "") -> String {
        "/search?\(Form([("q", text)]).query)\(more)"
    }

    @Test func `what it waits for comes first, then every step, and the action that follows`() async throws {
        let (cluster, settings) = try await Self.cluster()
        let pages = try Self.pages(SearchPages.reading(settings))
        try await PageClient.with(.operator, pages.addRoutes) { client in
            for name in [Self.hostile, "n1"] {
                let (status, text) = try await client.get(Self.path(name, "&wait=1"))
                #expect(status == .ok)
                #expect(!text.contains(Self.hostile), "foreign text is no markup")
                #expect(text.contains("The dead letter customer_commands_dlq/0/0 waits: would fail again with"))
                #expect(text.contains(#"<a class="button" href="/letters/0/0">Open the dead letter</a>"#))
                #expect(text.contains("customer-worker dlq show --config &#39;my config.yaml&#39; 0/0"))
                #expect(text.contains("address_country: found Atlantis") && text.contains(">Atlantis<"))
                let place = try #require(text.range(of: "What happened"))
                let before = text[..<place.lowerBound]
                #expect(before.contains("dead letter waits") && !before.contains("was put on the topic"))
                #expect(text[place.lowerBound...].contains("was put on the topic"))
            }
            #expect(try await client.get(Self.path("n1", "&wait=1")).text.contains("is the command id of"))
            let unknown = try await client.get(Self.path("nobody", "&wait=1")).text
            #expect(unknown.contains("Nothing is known of it"))
            let position = try await client.get(Self.path("customer_commands/0/99", "&wait=1")).text
            #expect(position.contains("there is no such record") && position.contains("Take it for an external_id"))
        }
        withExtendedLifetime(cluster) {}
    }

    @Test func `viewers do not see what an error says of the customer's values`() async throws {
        let (cluster, settings) = try await Self.cluster()
        let pages = try Self.pages(SearchPages.reading(settings))
        try await PageClient.with(.viewer, pages.addRoutes) { client in
            let text = try await client.get(Self.path("n1", "&wait=1")).text
            #expect(text.contains("it failed without asking the API with invalid_command"))
            #expect(text.contains("would fail again with invalid_command."))
            #expect(!text.contains("Atlantis"))
        }
        withExtendedLifetime(cluster) {}
    }

    @Test func `without a question it says what can be asked, and a page comes before its story is read`() async throws
    {
        let pages = try Self.pages { _ in throw CancellationError() }
        try await PageClient.with(.viewer, pages.addRoutes) { client in
            for path in ["/search", "/search?q=", "/search?q=+%09"] {
                #expect(try await client.get(path).text.contains("Type an external_id"), "\(path)")
            }
            let (status, text) = try await client.get(Self.path(" a&b "))
            #expect(status == .ok && text.contains("Reading the topics"))
            #expect(text.contains(#"data-live="/live/search?q=a%26b""#))
            #expect(text.contains(#"<noscript><p><a class="button" href="/search?q=a%26b&amp;wait=1">"#))
            let long = String(repeating: "a", count: 1_025)
            #expect(try await client.get(Self.path(long)).status == .badRequest)
        }
    }

    @Test func `two searches read at one time, and the next one waits for its turn`() async throws {
        let turns = Places(2)
        var first = turns.take()
        let second = turns.take()
        #expect(first != nil && second != nil && turns.take() == nil)
        #expect(await turns.take(until: .now) == nil)
        withExtendedLifetime(first) {}
        first = nil
        #expect(turns.take() != nil)
        withExtendedLifetime(second) {}
    }
}
