import Testing

@testable import Kafka

/// Errors that say only that no answer came get their cause from the log.
///
/// The sentences of the table are those of librdkafka 2.0.2 and 2.16.1 (rdkafka_broker.c, rdkafka_transport.c,
/// rdkafka_ssl.c, rdkafka_sasl.c).
@Suite(.timeLimit(.minutes(1))) struct ConnectionTroubleTests {
    private static let current: Int32 = 0x0210_01ff

    private func trouble(_ message: String, facility: String = "FAIL") -> ConnectionTrouble? {
        ConnectionTrouble(KafkaLogLine(severity: 3, facility: facility, message: message))
    }

    @Test(arguments: [
        ("Failed to resolve 'b:9092': Name or service not known", "no such host"),
        ("Connect to ipv4#127.0.0.1:9092 failed: Connection refused", "nothing listens there"),
        ("Connection setup timed out in state CONNECT", "no answer from that address"),
        (
            "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration "
                + "(connecting to a SSL listener?) or broker version is < 0.10 (see api.version.request)",
            "the listener seems to want TLS"
        ),
        (
            "Disconnected: verify that security.protocol is correctly configured, broker might require SASL "
                + "authentication",
            "the listener seems to want a login"
        ),
        (
            "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could "
                + "not be verified, verify that ssl.ca.location is correctly configured",
            "not trusted"
        ),
        (
            "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported "
                + "mechanisms: PLAIN",
            "check sasl.mechanism"
        ),
        ("SASL authentication error: Authentication failed", "check sasl.username"),
    ])
    func `a cause names the broker and what to do`(_ sentence: String, _ remedy: String) throws {
        let line =
            "[thrd:sasl_ssl://b:9092/bootstrap]: sasl_ssl://b:9092/bootstrap: \(sentence) (after 3ms in state CONNECT)"
        let trouble = try #require(self.trouble(line))
        #expect(trouble.text == "b:9092: \(sentence)")
        #expect(try #require(trouble.remedy(version: Self.current)).contains(remedy))
        let plain = try #require(self.trouble("[thrd:b:9092/1]: b:9092/1: \(sentence)"))
        #expect(plain.text == trouble.text)
    }

    @Test func `an old librdkafka that cannot do SCRAM with Kafka 4 is named beside a login that was refused`() throws {
        let line = "[thrd:sasl_ssl://b:9092/1]: sasl_ssl://b:9092/1: SASL authentication error: Authentication failed"
        let trouble = try #require(self.trouble(line))
        #expect(
            trouble.remedy(version: 0x0200_02ff)?.hasSuffix("2.6.1 or later is needed, and this one is 2.0.2") == true
        )
        #expect(trouble.remedy(version: 0x0206_01ff)?.contains("SCRAM") == false)
    }

    @Test(arguments: [
        "[thrd:b:9092/1]: b:9092/1: Disconnected (after 60000ms in state UP)",
        "[thrd:b:9092/1]: b:9092/1: Disconnected: connection reset by peer (after 1ms in state UP)",
        "1/1 brokers are down", "", "[thrd:main]: : ",
    ])
    func `what is no trouble is none`(_ line: String) {
        #expect(self.trouble(line) == nil)
        #expect(self.trouble("[thrd:b:9092/1]: b:9092/1: Failed to resolve", facility: "REQTMOUT") == nil)
    }

    @Test(arguments: [("no-such-host.invalid:9092", "no such host"), ("127.0.0.1:1", "nothing listens there")])
    func `a question without an answer says why`(_ broker: String, _ remedy: String) async throws {
        let admin = try Admin(.init(brokers: broker), log: { _ in })
        let error = try await #require(throws: KafkaError.self) { try await admin.topics(timeout: .seconds(5)) }
        #expect(error.message.contains("\(broker): "))
        #expect(error.remedy?.hasPrefix(remedy) == true)
    }

    @Test func `a client that speaks TLS to a plain listener is told so`() async throws {
        let cluster = try EmbeddedCluster()
        let client = ClientProperties(brokers: cluster.brokers, passthrough: ["security.protocol": "ssl"])
        let admin = try Admin(client, log: { _ in })
        let error = try await #require(throws: KafkaError.self) { try await admin.topics(timeout: .seconds(5)) }
        // 2.0.2 reads the listener's answer; 2.16.1 sees only that the connection is reset.
        let causes = ["SSL handshake failed", "Disconnected"]
        #expect(causes.contains { error.message.contains($0) }, "\(error)")
        #expect(error.remedy?.contains("security.protocol") == true)
    }
}
