import Testing

@testable import Kafka

/// Mistakes that librdkafka lets pass when properties are set, and that would only show as a silence of the brokers.
@Suite struct MisusedPropertyTests {
    private static func misuses(_ properties: [String: String]) -> [MisusedProperty] {
        ClientProperties(brokers: "b:9092", passthrough: properties).misuses()
    }

    @Test(arguments: [
        (["security.protocol": "ssl", "ssl.ca.location": "/no/such/ca.pem"], "ssl.ca.location", "exists"),
        (["sasl.oauthbearer.assertion.file": "/no/such/file"], "sasl.oauthbearer.assertion.file", "exists"),
        (["security.protocol": "ssl", "ssl.certificate.pem": "x"], "ssl.certificate.pem", "ssl.key.location"),
        (["security.protocol": "SSL", "ssl.key.pem": "x"], "ssl.key.pem", "ssl.certificate.location"),
        (["ssl.ca.pem": "x"], "ssl.ca.pem", "security.protocol: ssl"),
        (
            ["security.protocol": "sasl_plaintext", "ssl.ca.pem": "x", "sasl.mechanism": "PLAIN"], "ssl.ca.pem",
            "sasl_ssl"
        ),
        (["security.protocol": "sasl_ssl", "sasl.username": "u"], "security.protocol", "sasl.mechanism beside it"),
        (["sasl.mechanism": "PLAIN"], "sasl.mechanism", "security.protocol: sasl_ssl"),
        (["security.protocol": "ssl", "sasl.username": "u"], "sasl.username", "security.protocol: sasl_ssl"),
        (["security.protocol": "sasl_ssl", "sasl.mechanisms": "OAUTHBEARER"], "sasl.mechanisms", "oidc"),
        (["message.max.bytes": "5000000000"], "message.max.bytes", "2147483647"),
        (["heartbeat.interval.ms": "45000"], "heartbeat.interval.ms", "session.timeout.ms (45000)"),
        (["session.timeout.ms": "3000"], "session.timeout.ms", "heartbeat.interval.ms (3000)"),
    ])
    func `one mistake is one misuse, with what was expected`(
        _ properties: [String: String],
        _ name: String,
        _ expected: String
    ) {
        let misuses = Self.misuses(properties)
        #expect(misuses.map(\.name) == [name])
        #expect(misuses.first?.expected.contains(expected) == true)
    }

    @Test(arguments: [
        [:], ["security.protocol": "ssl", "ssl.ca.location": "probe"], ["sasl.password": "12345678901"],
        ["security.protocol": "ssl", "ssl.certificate.pem": "x", "ssl.key.pem": "x"],
        ["security.protocol": "sasl_ssl", "sasl.kerberos.service.name": "kafka"],
        ["security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "5000000000"],
        [
            "security.protocol": "sasl_ssl", "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "OIDC",
            "ssl.ca.location": "/dev/null",
        ],
        ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"],
    ])
    func `what may be meant is none`(_ properties: [String: String]) {
        #expect(Self.misuses(properties).isEmpty)
    }
}
