import Glibc

/// A property that librdkafka takes, and that cannot be meant as it is: beside the others, or on this machine.
///
/// librdkafka checks each value by itself, and little of what goes together; a client would be made, and would wait, or
/// log in without a user.
package struct MisusedProperty: Sendable, Hashable {
    /// The property.
    package let name: String
    /// What was expected.
    package let expected: String
}

extension ClientProperties {
    /// Every misused property, ordered by name.
    package func misuses() -> [MisusedProperty] {
        (self.misusedFiles() + self.misusedTLS() + self.misusedLogin() + self.misusedNumbers()).map {
            MisusedProperty(name: $0.0, expected: $0.1)
        }
        .sorted { $0.name < $1.name }
    }

    private typealias Misuse = (String, String)

    private func has(_ names: String...) -> Bool { names.contains { self.passthrough[$0] != nil } }

    private var transport: String { (self.passthrough["security.protocol"] ?? "plaintext").lowercased() }
    private var usesLogin: Bool { self.transport.hasPrefix("sasl") }
    private var usesTLS: Bool { self.transport.hasSuffix("ssl") }

    /// A file that may not be read is left to whoever reads it: operators look as other users.
    private func misusedFiles() -> [Misuse] {
        self.passthrough.compactMap { name, path in
            let isFile = [".location", ".keytab", ".file"].contains { name.hasSuffix($0) }
            // `probe` and `dynamic` are words of librdkafka's in place of a path.
            guard isFile, path.contains("/"), unsafe access(path, F_OK) != 0, errno == ENOENT || errno == ENOTDIR else {
                return nil
            }
            return (name, "a file that exists")
        }
    }

    private func misusedTLS() -> [Misuse] {
        guard self.usesTLS else {
            let used = ["ssl.ca.location", "ssl.ca.pem"].filter { self.has($0) }
            return used.map { ($0, "security.protocol: ssl or sasl_ssl beside it; else nothing uses it") }
        }
        var misuses: [Misuse] = []
        let (hasKey, hasCertificate) = (
            self.has("ssl.key.location", "ssl.key.pem"), self.has("ssl.certificate.location", "ssl.certificate.pem")
        )
        if hasCertificate, !hasKey {
            let name = self.has("ssl.certificate.location") ? "ssl.certificate.location" : "ssl.certificate.pem"
            misuses.append((name, "ssl.key.location (or ssl.key.pem) beside it: its key"))
        }
        if hasKey, !hasCertificate {
            let name = self.has("ssl.key.location") ? "ssl.key.location" : "ssl.key.pem"
            misuses.append((name, "ssl.certificate.location (or ssl.certificate.pem) beside it: the key's certificate"))
        }
        return misuses
    }

    private func misusedLogin() -> [Misuse] {
        guard self.usesLogin else {
            let used = ["sasl.mechanism", "sasl.mechanisms", "sasl.username"].filter { self.has($0) }
            return used.map { ($0, "security.protocol: sasl_ssl or sasl_plaintext beside it; else nothing uses it") }
        }
        guard let mechanism = self.passthrough["sasl.mechanism"] ?? self.passthrough["sasl.mechanisms"] else {
            // librdkafka's default is Kerberos, which says what it is by its own properties.
            let isKerberos = self.passthrough.keys.contains { $0.hasPrefix("sasl.kerberos.") }
            let expected = "sasl.mechanism beside it: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI"
            return isKerberos ? [] : [("security.protocol", expected)]
        }
        guard mechanism.uppercased() == "OAUTHBEARER" else { return [] }
        let asksServer = self.passthrough["sasl.oauthbearer.method"]?.lowercased() == "oidc"
        let makesToken = self.passthrough["enable.sasl.oauthbearer.unsecure.jwt"]?.lowercased() == "true"
        guard !asksServer, !makesToken else { return [] }
        let name = self.has("sasl.mechanism") ? "sasl.mechanism" : "sasl.mechanisms"
        return [
            (name, "sasl.oauthbearer.method: oidc beside it, with its endpoint and client: nothing else makes tokens")
        ]
    }

    private func misusedNumbers() -> [Misuse] {
        let handle = ConfigurationHandle()
        var misuses: [Misuse] = self.passthrough.compactMap { name, value in
            // librdkafka's numbers have 32 bits, and it takes the lower ones of a longer number. Texts are no numbers.
            guard value.allSatisfy({ $0.isNumber || $0 == "-" }), value.count > 9, Int32(value) == nil,
                handle.problem(name, "x") != nil
            else { return nil }
            return (name, "a number of at most \(Int32.max)")
        }
        // CONFIGURATION.md's defaults.
        let heartbeat = self.passthrough["heartbeat.interval.ms"].map { Int($0) ?? 0 } ?? 3_000
        let session = self.passthrough["session.timeout.ms"].map { Int($0) ?? .max } ?? 45_000
        if heartbeat >= session {
            let name = self.has("heartbeat.interval.ms") ? "heartbeat.interval.ms" : "session.timeout.ms"
            misuses.append((name, "heartbeat.interval.ms (\(heartbeat)) far below session.timeout.ms (\(session))"))
        }
        return misuses
    }
}
