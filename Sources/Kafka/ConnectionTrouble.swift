import CLibrdkafka

/// Why a client could not talk to a broker, as librdkafka's log last told it.
///
/// Calls that get no answer fail with `_TRANSPORT` or `_TIMED_OUT`, which name no cause; the cause is in the log lines
/// of the broker's thread alone (rdkafka_broker.c and rdkafka_transport.c have the sentences).
package struct ConnectionTrouble: Sendable, Hashable {
    /// The broker, as `host:port`, and librdkafka's sentence.
    package let text: String
    /// The broker, as `host:port`.
    package let address: String
    /// What is wrong with the broker's certificate, where OpenSSL has said it.
    private let certificate: CertificateProblem?

    /// Reads a log line; `nil` for one that tells no cause.
    ///
    /// - Parameter certificate: what OpenSSL said last, for a line that says only that a certificate was refused.
    package init?(_ line: KafkaLogLine, certificate: CertificateProblem? = nil) {
        guard line.facility == "FAIL" else { return nil }
        // [thrd:HOST:PORT/bootstrap]: PROTOCOL://HOST:PORT/bootstrap: SENTENCE (after 3ms in state CONNECT)
        var parts = line.message.split(separator: ": ", maxSplits: 2)
        guard parts.count == 3, parts[0].hasPrefix("[thrd:") else { return nil }
        // A coordinator's connection has a name of its own in front of the address.
        if !parts[1].contains(":") { parts = parts[..<1] + parts[2].split(separator: ": ", maxSplits: 1) }
        let address = parts[1].split(separator: "/").first { $0.contains(":") && !$0.hasSuffix(":") }
        guard parts.count == 3, let address else { return nil }
        let sentence = parts[2].firstRange(of: " (after ").map { parts[2][..<$0.lowerBound] } ?? parts[2]
        // One that was in use and is closed, as idle ones are, tells no cause. One that is closed before does, or right
        // after the first request, as by a listener that wants a login.
        if sentence.hasPrefix("Disconnected"), line.message.contains("ms in state UP"), !Self.isYoung(line.message) {
            return nil
        }
        self.address = String(address)
        self.certificate = sentence.contains("verify failed") ? certificate : nil
        self.text = "\(address): \(sentence)" + (self.certificate.map { " (\($0.rawValue))" } ?? "")
    }

    /// Whether the connection was up for less than a second: `… (after 3ms in state UP)`.
    private static func isYoung(_ message: String) -> Bool {
        guard let start = message.firstRange(of: "(after ")?.upperBound else { return false }
        return message[start...].prefix { $0.isNumber }.count < 4
    }

    /// Whether the connection was only closed, as those of a broker that stops are, whatever librdkafka guesses: what
    /// the next attempt meets says more.
    package var isVague: Bool { self.text.contains(": Disconnected") }

    /// Whether the broker refused the login.
    package var isRefusedLogin: Bool {
        self.text.contains("SASL authentication error") || self.text.contains("mechanism handshake failed")
    }

    /// What to do about it with the librdkafka that is loaded; `nil` when that is not known.
    package var remedy: String? { self.remedy(version: rd_kafka_version()) }

    /// - Parameter version: librdkafka's, as `rd_kafka_version()` tells it.
    func remedy(version: Int32) -> String? {
        if let certificate { return certificate.remedy }
        guard let row = Self.remedies.first(where: { self.text.contains($0.sign) }) else { return nil }
        // github.com/confluentinc/librdkafka/issues/4895: the nonce of SCRAM was checked too strictly before 2.6.1.
        guard row.sign.hasPrefix("SASL auth"), version < 0x0206_0100 else { return row.remedy }
        return row.remedy + "; with SCRAM and Kafka 4 librdkafka 2.6.1 or later is needed, and this one is "
            + "\(version >> 24).\(version >> 16 & 0xff).\(version >> 8 & 0xff)"
    }

    /// The first whose sign the sentence holds decides.
    private static let remedies: [(sign: String, remedy: String)] = [
        // The first bytes of `HTTP/1.1 400`, taken for a size.
        ("Invalid response size 1213486160", "that port speaks HTTP: check the port in kafka.brokers"),
        ("Failed to resolve", "no such host: check kafka.brokers and the name service"),
        ("Connection refused", "nothing listens there: check host and port in kafka.brokers, or start the broker"),
        ("No route to host", "check kafka.brokers, routes and firewalls"),
        ("Network is unreachable", "check kafka.brokers, routes and firewalls"),
        ("setup timed out", "no answer from that address: check kafka.brokers and firewalls"),
        ("connecting to a SSL listener", "the listener seems to want TLS: set security.protocol in kafka.properties"),
        ("connecting to a PLAINTEXT", "the listener seems to speak without TLS: check security.protocol"),
        ("security.protocol is correctly", "the listener seems to want a login: set security.protocol and sasl.*"),
        ("verify failed", "the broker's certificate is not trusted: set ssl.ca.location in kafka.properties"),
        ("SASL authentication", "check sasl.username, sasl.password and sasl.mechanism in kafka.properties"),
        ("mechanism", "check sasl.mechanism in kafka.properties"),
        ("Connection reset", "the broker closed the connection: it stops, or wants TLS or a login (security.protocol)"),
        ("Disconnected", "the broker closed the connection: it stops, or wants TLS or a login (security.protocol)"),
        ("SSL", "check security.protocol and ssl.* in kafka.properties"),
    ]
}

/// What OpenSSL has against a certificate: its words for the codes of x509_vfy.h that people meet.
package enum CertificateProblem: String, Sendable, Hashable {
    case otherName = "hostname mismatch"
    case otherAddress = "IP address mismatch"
    case expired = "certificate has expired"
    case notYetValid = "certificate is not yet valid"
    case untrusted = "issuer is not trusted"

    /// Reads a code; `nil` for 0, which is no problem.
    init?(_ code: Int32) {
        switch code {
        case 0: return nil
        case 9: self = .notYetValid
        case 10: self = .expired
        case 62: self = .otherName
        case 64: self = .otherAddress
        default: self = .untrusted
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .otherName, .otherAddress:
            "the broker's certificate is for another name: write a name that it holds in kafka.brokers"
        case .expired: "the broker's certificate has expired: renew it there, and check this machine's clock"
        case .notYetValid: "the broker's certificate is not valid yet: check this machine's clock"
        case .untrusted: "the broker's certificate is not trusted: set ssl.ca.location in kafka.properties"
        }
    }
}

extension KafkaError {
    /// Whether it says only that no answer came.
    package var isNoAnswer: Bool {
        switch self.response {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__AUTHENTICATION,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
            true
        default: false
        }
    }

    /// The same error, with the cause as its message.
    func caused(by trouble: ConnectionTrouble) -> Self {
        var error = Self(
            code: self.code,
            name: self.name,
            message: trouble.text,
            disposition: self.disposition,
            topic: self.topic
        )
        error.cause = trouble
        return error
    }
}
