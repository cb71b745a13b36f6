/// What librdkafka says of all properties together, before anything connects.
extension ClientProperties {
    /// What librdkafka says against properties that it takes one by one: files that it cannot read, values that do not
    /// go together.
    ///
    /// Makes clients without a broker to connect to, and destroys them; none with Kerberos, for which a client runs
    /// `sasl.kerberos.kinit.cmd` at once.
    ///
    /// - Returns: its sentence, and the property that it names, if it names one.
    package func contradiction() -> (name: String?, sentence: String)? {
        guard !self.usesKerberos else { return nil }
        // The port of discard, which nothing serves: a client does not connect before it is asked for something.
        let trial = Self(brokers: "127.0.0.1:9", clientID: self.clientID, passthrough: self.passthrough)
        do throws(KafkaError) {
            _ = try Admin(trial, log: { _ in })
            _ = try PartitionReader(trial, log: { _ in })
            return nil
        } catch {
            let sentence = error.message
            // The longest name, since `ssl.key.location` is not about `ssl.key`.
            let named = self.passthrough.keys.filter { sentence.contains($0) }
            return (named.max { ($0.count, $0) < ($1.count, $1) }, sentence)
        }
    }

    /// GSSAPI is librdkafka's default mechanism.
    private var usesKerberos: Bool {
        let mechanism = self.passthrough["sasl.mechanism"] ?? self.passthrough["sasl.mechanisms"] ?? "GSSAPI"
        return mechanism == "GSSAPI" && (self.passthrough["security.protocol"] ?? "").lowercased().hasPrefix("sasl")
    }
}
