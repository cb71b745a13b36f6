import Testing

@testable import Settings

/// What Kubernetes sets for services whose names begin as our variables do.
@Suite struct ServiceLinkTests {
    private static let links = [
        "FLEXPRICE_API_SERVICE_HOST": "10.0.0.1", "FLEXPRICE_API_SERVICE_PORT": "8080",
        "FLEXPRICE_API_SERVICE_PORT_HTTP": "8080", "FLEXPRICE_API_PORT": "tcp://10.0.0.1:8080",
        "FLEXPRICE_API_PORT_8080_TCP": "tcp://10.0.0.1:8080", "FLEXPRICE_API_PORT_8080_TCP_PROTO": "tcp",
        "FLEXPRICE_API_PORT_8080_TCP_PORT": "8080", "FLEXPRICE_API_PORT_8080_TCP_ADDR": "10.0.0.1",
        "FLEXPRICE_KAFKA_SERVICE_HOST": "10.0.0.2", "FLEXPRICE_KAFKA_PORT": "udp://10.0.0.2:9092",
        "FLEXPRICE_LOG_PORT_514_UDP": "udp://10.0.0.3:514", "FLEXPRICE_STORE_PORT": "sctp://[fd00::1]:5432",
    ]

    @Test func `service links are no settings, whatever section their names begin with`() throws {
        let loaded = try ConfigurationFixture("").load(Self.links)
        #expect(loaded.serviceLinks == Self.links.keys.sorted())
        #expect(loaded.settings == Settings.defaults)
    }

    @Test(arguments: [
        ("FLEXPRICE_API_PORT", "8080"), ("FLEXPRICE_API_PORT_HTTP", "8080"), ("FLEXPRICE_KAFKA_TOPICS", "tcp://a:1"),
        ("FLEXPRICE_KAFKA_PORT", "http://a:1"), ("FLEXPRICE_API_PORT_80", "tcp://a:1"),
    ])
    func `what only resembles one is still a mistake`(_ name: String, _ value: String) throws {
        let fixture = try ConfigurationFixture("")
        #expect(fixture.problems([name: value]).count == 1)
    }

    @Test func `no setting has a name that would be taken for a link`() throws {
        let names = try ConfigurationFixture("").load().report.rows.map { EnvironmentLayer.name(of: $0.key) }
        #expect(names.count > 30)
        #expect(names.allSatisfy { !ServiceLink.matches($0, "tcp://10.0.0.1:80") })
    }
}
