extension RefusedProperty {
    /// The table, aliases beside their property.
    package static let all: [RefusedProperty] = Self.ownSettings + Self.consuming + Self.producing + Self.anyClient

    private static func each(
        _ names: String...,
        of kind: ClientKind? = nil,
        because reason: String,
        unless harmless: Harmless = .none
    ) -> [Self] {
        names.map { Self($0, of: kind, reason, unless: harmless) }
    }

    /// What settings of this program are for.
    private static var ownSettings: [Self] {
        [
            Self.each("bootstrap.servers", "metadata.broker.list", because: "set kafka.brokers instead"),
            Self.each("group.id", of: .consumer, because: "set kafka.consumer_group instead"),
            Self.each("group.instance.id", of: .consumer, because: "set kafka.group_instance_id instead"),
            Self.each("transactional.id", of: .producer, because: "set delivery.transactional_id instead"),
            Self.each("test.mock.*", because: "use 'customer-worker run --embedded-broker'"),
        ].flatMap(\.self)
    }

    /// What reads commands: none is skipped, none is read before its transaction is committed.
    private static var consuming: [Self] {
        [
            Self.each(
                "auto.offset.reset",
                of: .consumer,
                because: "commands of a partition without a committed offset, as a new one, would be skipped",
                unless: .values(["earliest", "smallest", "beginning"])
            ),
            Self.each(
                "enable.auto.commit",
                "auto.commit.enable",
                of: .consumer,
                because: "offsets are committed with the results, never by a timer",
                unless: .isFalse
            ),
            Self.each(
                "auto.commit.interval.ms",
                of: .consumer,
                because: "offsets are committed with the results, never by a timer"
            ),
            Self.each(
                "enable.auto.offset.store",
                of: .consumer,
                because: "an offset may be stored only when its command is finished",
                unless: .isFalse
            ),
            Self.each("offset.store.*", of: .consumer, because: "offsets are kept in the broker, with the results"),
            Self.each(
                "isolation.level",
                of: .consumer,
                because: "commands of aborted transactions must stay invisible",
                unless: .values(["read_committed"])
            ),
            Self.each(
                "enable.partition.eof",
                of: .consumer,
                because: "the worker does not read to an end",
                unless: .isFalse
            ),
            Self.each(
                "group.protocol.type",
                of: .consumer,
                because: "only consumers share the partitions of a group",
                unless: .values(["consumer"])
            ),
            Self.each(
                "max.poll.records",
                "share.acknowledgement.mode",
                of: .consumer,
                because: "a property of share consumers; the worker is a member of a consumer group"
            ),
            Self.each(
                "consume.callback.max.messages",
                of: .consumer,
                because: "the worker reads events, not callbacks"
            ),
            Self.each(
                "receive.message.max.bytes",
                because: "a record larger than this would stop its partition; at least 100000000",
                unless: .from(100_000_000)
            ),
        ].flatMap(\.self)
    }

    /// What sends results: none is lost, doubled, or overtaken by a later one of its external_id.
    private static var producing: [Self] {
        [
            Self.each(
                "enable.idempotence",
                of: .producer,
                because: "results must not be doubled or reordered by a resend",
                unless: .isTrue
            ),
            Self.each(
                "enable.gapless.guarantee",
                of: .producer,
                because: "it ends the producer at an error that would pass",
                unless: .isFalse
            ),
            Self.each(
                "acks",
                "request.required.acks",
                of: .producer,
                because: "a result counts only when all replicas have it",
                unless: .values(["all", "-1"])
            ),
            Self.each(
                "max.in.flight",
                "max.in.flight.requests.per.connection",
                because: "an idempotent producer keeps order with at most 5",
                unless: .numbers(1...5)
            ),
            Self.each(
                "retries",
                "message.send.max.retries",
                of: .producer,
                because: "an idempotent producer needs at least 1",
                unless: .from(1)
            ),
            Self.each(
                "message.timeout.ms",
                "delivery.timeout.ms",
                of: .producer,
                because: "less than 1000 fails results at every delay of a broker, and 0 never gives up",
                unless: .from(1_000)
            ),
            Self.each(
                "transaction.timeout.ms",
                of: .producer,
                because: "brokers abort transactions after it: 5000 to 900000",
                unless: .numbers(5_000...900_000)
            ),
            Self.each(
                "metadata.recovery.strategy",
                of: .producer,
                because: "a producer that looks for its brokers anew waits for ever for the coordinator that it had",
                unless: .values(["none"])
            ),
            Self.each(
                "queuing.strategy",
                of: .producer,
                because: "results must leave in the order of their commands",
                unless: .values(["fifo"])
            ),
            Self.each(
                "partitioner",
                of: .producer,
                because: "results of one external_id keep their order only on one partition",
                unless: .allBut(["random"])
            ),
            Self.each(
                "queue.buffering.max.kbytes",
                of: .producer,
                because: "a record larger than this could never be sent; at least 102400",
                unless: .from(102_400)
            ),
            Self.each(
                "delivery.report.only.error",
                of: .producer,
                because: "the producer keeps its own account of what was delivered",
                unless: .isFalse
            ),
            Self.each("msg_order_cmp", of: .producer, because: "a pointer, which has no textual form"),
        ].flatMap(\.self)
    }

    /// What every client rests on.
    private static var anyClient: [Self] {
        [
            Self.each(
                "allow.auto.create.topics",
                because: "topics are made by 'customer-worker topics create' only",
                unless: .isFalse
            ),
            Self.each("topic.blacklist", because: "a topic that it hides would be taken for a missing one"),
            Self.each(
                "topic.metadata.refresh.interval.ms",
                because: "new partitions and leaders would be noticed late or never; 1000 to 300000",
                unless: .numbers(1_000...300_000)
            ),
            Self.each(
                "api.version.request",
                because: "transactions need what brokers tell by it",
                unless: .isTrue
            ),
            Self.each(
                "api.version.fallback.ms",
                because: "brokers would be taken for ones without transactions",
                unless: .values(["0"])
            ),
            Self.each(
                "socket.max.fails",
                because: "with 0 a connection is kept after a lost answer, and the next answers are taken for others",
                unless: .from(1)
            ),
            Self.each(
                "statistics.interval.ms",
                because: "an idle consumer is woken by it to show its sign of life; 100 to 10000",
                unless: .numbers(100...10_000)
            ),
            Self.each("log.queue", because: "librdkafka's log goes into the worker's own", unless: .isFalse),
            Self.each("enable_sasl_queue", because: "tokens are refreshed by librdkafka itself", unless: .isFalse),
            Self.each("enable.random.seed", because: "back-off needs a seed", unless: .isTrue),
            Self.each("plugin.library.paths", "interceptors", because: "foreign code could change or drop records"),
            Self.each("internal.termination.signal", because: "signals belong to the worker", unless: .values(["0"])),
            Self.each("enabled_events", because: "the worker chooses the events that it handles"),
            Self.each("*_cb", because: "a callback, which has no textual form"),
            Self.each(
                "opaque",
                "default_topic_conf",
                "ssl_engine_callback_data",
                "ut_handle_ProduceResponse",
                because: "a pointer, which has no textual form"
            ),
            Self.each(
                "ssl_key",
                "ssl_certificate",
                "ssl_ca",
                because: "set the text or the path instead (ssl.key.pem, ssl.certificate.location, ssl.ca.location, …)"
            ),
            Self.each("go.*", because: "a property of the Go client, not of librdkafka"),
        ].flatMap(\.self)
    }
}
