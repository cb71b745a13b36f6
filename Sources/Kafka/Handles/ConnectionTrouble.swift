import CLibrdkafka

/// Why a client could not talk to a broker, as librdkafka's log last told it.
///
/// Calls that get no answer fail with `_TRANSPORT` or `_TIMED_OUT`, which name no cause; the cause is in the log lines
/// of the broker's thread alone (rdkafka_broker.c and rdkafka_transport.c have the sentences).
package struct ConnectionTrouble: Sendable, Hashable {
    /// The broker, as `host:port`, and librdkafka's sentence.
    package let text: String

    /// Reads a log line; `nil` for one that tells no cause.
    package init?(_ line: KafkaLogLine) {
        guard line.facility == "FAIL" else { return nil }
        // [thrd:HOST:PORT/bootstrap]: PROTOCOL://HOST:PORT/bootstrap: SENTENCE (after 3ms in state CONNECT)
        let parts = line.message.split(separator: ": ", maxSplits: 2)
        guard parts.count == 3, parts[0].hasPrefix("[thrd:") else { return nil }
        let address = parts[1].split(separator: "/").first { $0.contains(":") && !$0.hasSuffix(":") } ?? parts[1]
        let sentence = parts[2].firstRange(of: " (after ").map { parts[2][..<$0.lowerBound] } ?? parts[2]
        // One that was in use and is closed, as idle ones are, tells no cause; one that is closed before does.
        if sentence.hasPrefix("Disconnected"), line.message.contains(" in state UP") { return nil }
        self.text = "\(address): \(sentence)"
    }

    /// What to do about it; `nil` when that is not known.
    ///
    /// - Parameter version: librdkafka's, as `rd_kafka_version()` tells it.
    package func remedy(version: Int32) -> String? {
        guard let row = Self.remedies.first(where: { self.text.contains($0.sign) }) else { return nil }
        // github.com/confluentinc/librdkafka/issues/4895: the nonce of SCRAM was checked too strictly before 2.6.1.
        guard row.sign.hasPrefix("SASL auth"), version < 0x0206_0100 else { return row.remedy }
        return row.remedy + "; with SCRAM and Kafka 4 librdkafka 2.6.1 or later is needed, and this one is "
            + "\(version >> 24).\(version >> 16 & 0xff).\(version >> 8 & 0xff)"
    }

    /// The first whose sign the sentence holds decides.
    private static let remedies: [(sign: String, remedy: String)] = [
        ("Failed to resolve", "no such host: check kafka.brokers and the name service"),
        ("Connection refused", "nothing listens there: check host and port in kafka.brokers, or start the broker"),
        ("No route to host", "check kafka.brokers, routes and firewalls"),
        ("Network is unreachable", "check kafka.brokers, routes and firewalls"),
        ("setup timed out", "no answer from that address: check kafka.brokers and firewalls"),
        ("connecting to a SSL listener", "the listener seems to want TLS: set security.protocol in kafka.properties"),
        ("connecting to a PLAINTEXT", "the listener seems to speak without TLS: check security.protocol"),
        ("security.protocol is correctly", "the listener seems to want a login: set security.protocol and sasl.*"),
        ("hostname mismatch", "the certificate is for another name: write a name that it holds in kafka.brokers"),
        ("IP address mismatch", "the certificate is for another address: write a name that it holds in kafka.brokers"),
        ("verify failed", "the broker's certificate is not trusted: set ssl.ca.location in kafka.properties"),
        ("SASL authentication", "check sasl.username, sasl.password and sasl.mechanism in kafka.properties"),
        ("mechanism", "check sasl.mechanism in kafka.properties"),
        ("Disconnected", "the listener closed the connection at once: check its port and security.protocol"),
        ("SSL", "check security.protocol and ssl.* in kafka.properties"),
    ]
}

extension KafkaError {
    /// Whether it says only that no answer came.
    var isWithoutCause: Bool {
        switch self.response {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__AUTHENTICATION:
            true
        default: false
        }
    }

    /// The same error, with the cause as its message.
    func caused(by trouble: ConnectionTrouble) -> Self {
        var error = Self(code: self.code, name: self.name, message: trouble.text, disposition: self.disposition)
        error.remedy = trouble.remedy(version: rd_kafka_version())
        return error
    }
}
