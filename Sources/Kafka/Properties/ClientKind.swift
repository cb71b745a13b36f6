/// The two kinds of librdkafka clients; some properties concern only one of them.
enum ClientKind {
    case consumer
    case producer

    /// Whether a property passed through concerns this kind of client.
    ///
    /// Users pass properties for the worker as a whole, and librdkafka would warn at every start of each that is not
    /// for the kind of client at hand. The names are those that its CONFIGURATION.md marks `C` or `P`.
    func takes(_ name: String) -> Bool {
        switch self {
        case .consumer: !Self.producerOnly.contains(name)
        case .producer: !Self.consumerOnly.contains(name)
        }
    }

    private static let consumerOnly: Set<String> = [
        "auto.offset.reset", "check.crcs", "coordinator.query.interval.ms", "fetch.error.backoff.ms", "fetch.max.bytes",
        "fetch.message.max.bytes", "fetch.min.bytes", "fetch.queue.backoff.ms", "fetch.wait.max.ms",
        "group.protocol.type", "heartbeat.interval.ms", "isolation.level", "max.partition.fetch.bytes",
        "max.poll.interval.ms", "partition.assignment.strategy", "queued.max.messages.kbytes", "queued.min.messages",
        "session.timeout.ms", "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store",
        "enable.partition.eof",
    ]

    private static let producerOnly: Set<String> = [
        "acks", "batch.num.messages", "batch.size", "compression.codec", "compression.level", "compression.type",
        "delivery.timeout.ms", "enable.gapless.guarantee", "enable.idempotence", "linger.ms",
        "message.send.max.retries", "message.timeout.ms", "partitioner", "queue.buffering.backpressure.threshold",
        "queue.buffering.max.kbytes", "queue.buffering.max.messages", "queue.buffering.max.ms", "queuing.strategy",
        "request.required.acks", "request.timeout.ms", "retries", "retry.backoff.ms", "sticky.partitioning.linger.ms",
        "transaction.timeout.ms",
    ]
}
