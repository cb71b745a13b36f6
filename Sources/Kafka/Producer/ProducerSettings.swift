/// What a producer needs beside the properties of every client.
package struct ProducerSettings: Sendable, Hashable {
    /// Where to connect, and what is passed through.
    package var client: ClientProperties
    /// The transactional id (KIP-98); `nil` for an idempotent producer without transactions.
    ///
    /// It must be the same after a
    /// restart, or readers of `read_committed` wait for the old instance's transaction to time out.
    package var transactionalID: String?
    /// Whether the producer remembers the position of each record, for ``Producer/takePositions()``.
    package var reportsPositions: Bool

    /// Names brokers and, for transactions, the id.
    package init(client: ClientProperties, transactionalID: String? = nil, reportsPositions: Bool = false) {
        self.client = client
        self.transactionalID = transactionalID
        self.reportsPositions = reportsPositions
    }

    /// The bytes of a record, at most, that the client itself takes (`message.max.bytes`).
    package var largestRecord: Int {
        self.client.passthrough["message.max.bytes"].flatMap { Int($0) } ?? Self.defaultLargestRecord
    }

    /// The bytes of a record batch of several records, at most (`batch.size`).
    package var batchBytes: Int {
        self.client.passthrough["batch.size"].flatMap { Int($0) } ?? 1_000_000
    }

    private static let defaultLargestRecord = 104_857_600

    /// What a client does once it has lost every broker; older versions do not know the name.
    private static let recovery = "metadata.recovery.strategy"

    /// Milliseconds; the default of librdkafka and of Kafka's Java clients.
    private static let defaultTransactionTimeout = 60_000

    /// The age at which a coordinator aborts a transaction by itself (`transaction.timeout.ms`).
    package var transactionTimeout: Duration {
        let passed = self.client.passthrough["transaction.timeout.ms"].flatMap { Int($0) }
        return .milliseconds(passed ?? Self.defaultTransactionTimeout)
    }

    /// librdkafka's properties: our defaults, then what the user passes through, then what delivery rests on.
    func properties() throws(KafkaError) -> [(String, String)] {
        var defaults = [
            "client.id": self.client.clientID,
            // Batches are cut by the worker, which flushes; a timer would only add its own wait.
            "linger.ms": "0",
            "queue.buffering.max.messages": "200000",
            "queue.buffering.max.kbytes": "262144",
            // The partition that Kafka's Java clients would choose for the same key.
            "partitioner": "murmur2_random",
            "compression.codec": "none",
            // A dead letter carries its command whole, so the bound is the topic's (`max.message.bytes`) and not the
            // client's.
            "message.max.bytes": "\(Self.defaultLargestRecord)",
            "socket.nagle.disable": "true",
            "socket.keepalive.enable": "true",
            "reconnect.backoff.max.ms": "2000",
            "topic.metadata.refresh.interval.ms": ClientProperties.metadataRefresh,
            // A commit right behind the last one is refused while the broker still completes that one, and tried again
            // after this; the default of 100 ms gives a commit a 99th percentile of 113 ms, 20 ms one of 35 ms.
            "retry.backoff.ms": "20",
        ]
        var owned = [
            ("bootstrap.servers", self.client.brokers),
            ("enable.idempotence", "true"),
            ("acks", "all"),
            ("delivery.report.only.error", "false"),
            ("allow.auto.create.topics", "false"),
        ]
        if let id = self.transactionalID {
            defaults["transaction.timeout.ms"] = "\(Self.defaultTransactionTimeout)"
            owned.append(("transactional.id", id))
        }
        // With the default, `rebootstrap` (librdkafka 2.10 to 2.16 at least), unreachable brokers come back as new
        // ones, while sending a transaction's offsets waits without end for the former coordinator.
        if ConfigurationHandle().problem(Self.recovery, "none") == nil { defaults[Self.recovery] = "none" }
        // What is passed comes after all defaults, so that it wins under an alias of their names too.
        return try defaults.map { ($0.key, $0.value) } + self.client.passed(to: .producer) + owned
    }
}
