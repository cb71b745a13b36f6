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
        ("Connect to ipv4#127.0.0.1:9092 failed: Connection reset by peer", "the broker closed the connection"),
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
        ("Disconnected", "the broker closed the connection"),
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
        (CertificateProblem.otherName, "a name that it holds"), (.otherAddress, "a name that it holds"),
        (.expired, "has expired"), (.notYetValid, "clock"), (.untrusted, "ssl.ca.location"),
    ])
    func `a certificate that is refused is told with OpenSSL's reason`(
        _ problem: CertificateProblem,
        _ remedy: String
    )
        throws
    {
        let text = "[thrd:ssl://b:9093/1]: ssl://b:9093/1: SSL handshake failed: certificate verify failed (after 1ms)"
        let line = KafkaLogLine(severity: 3, facility: "FAIL", message: text)
        let trouble = try #require(ConnectionTrouble(line, certificate: problem))
        #expect(trouble.text.hasSuffix("(\(problem.rawValue))"))
        #expect(trouble.remedy?.contains(remedy) == true)
        let other = KafkaLogLine(severity: 3, facility: "FAIL", message: "[thrd:b:1/1]: b:1/1: Connection refused")
        #expect(ConnectionTrouble(other, certificate: problem)?.text == "b:1: Connection refused")
    }

    @Test func `a coordinator's connection is that to its broker`() throws {
        let sentence = "b:9092: Connect to ipv4#1.2.3.4:9092 failed: Connection refused"
        let trouble = try #require(self.trouble("[thrd:TxnCoordinator]: TxnCoordinator: \(sentence)"))
        #expect(trouble.address == "b:9092")
        #expect(trouble.text == sentence)
    }

    @Test func `a connection that is closed is vague, also one that is closed for want of a login`() throws {
        #expect(try #require(self.trouble("[thrd:b:1/1]: b:1/1: Disconnected (after 0ms in state CONNECT)")).isVague)
        let text = "verify that security.protocol is correctly configured, broker might require SASL authentication"
        let login = try #require(self.trouble("[thrd:b:1/1]: b:1/1: Disconnected: \(text) (after 3ms in state UP)"))
        #expect(login.isVague && login.remedy?.contains("login") == true)
    }

    @Test(arguments: [
        ("SASL authentication error: Authentication failed", true),
        ("SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism", true),
        ("Connect to ipv4#1.2.3.4:9092 failed: Connection refused", false),
    ])
    func `an error without a cause takes the log's, and a refused login is not permitted`(
        _ sentence: String,
        _ isNotPermitted: Bool
    ) throws {
        let trouble = try #require(self.trouble("[thrd:b:1/1]: b:1/1: \(sentence)"))
        let error = KafkaError(code: .transport, message: "gone", disposition: .retry, topic: "t").caused(by: trouble)
        #expect(error.finding == "_TRANSPORT: b:1: \(sentence) (topic t)")
        #expect(error.description == "\(error.finding); \(try #require(trouble.remedy))")
        #expect(error.isNotPermitted == isNotPermitted)
        #expect(error.of(topic: "u").cause == trouble)
    }

    @Test(arguments: [
        "[thrd:b:9092/1]: b:9092/1: Disconnected (after 60000ms in state UP)",
        "[thrd:b:9092/1]: b:9092/1: Disconnected: connection reset by peer (after 1000ms in state UP)",
        "[thrd:GroupCoordinator]: GroupCoordinator: Disconnected: connection reset by peer (after 1ms)",
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
