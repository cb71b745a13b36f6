/// A librdkafka property that users may not set, because delivery or another setting of ours rests on it.
public struct RefusedProperty: Sendable, Hashable {
    /// librdkafka's name of the property.
    public let name: String
    /// Why, and what to set in its place.
    public let reason: String

    /// Every property that is refused whatever its value.
    public static let always: [RefusedProperty] = [
        .init(name: "bootstrap.servers", reason: "set kafka.brokers"),
        .init(name: "metadata.broker.list", reason: "set kafka.brokers"),
        .init(name: "group.id", reason: "set kafka.consumer_group"),
        .init(name: "group.instance.id", reason: "set kafka.group_instance_id"),
        .init(name: "transactional.id", reason: "set delivery.transactional_id"),
        .init(
            name: "enable.auto.commit",
            reason: "an offset is committed only with the result of its command; remove the property"
        ),
        .init(name: "auto.commit.enable", reason: "an offset is committed only with the result of its command"),
        .init(name: "auto.commit.interval.ms", reason: "nothing is committed by a timer; remove the property"),
        .init(name: "enable.auto.offset.store", reason: "an offset is committed only with the result of its command"),
        .init(name: "enable.auto.offset.commit", reason: "an offset is committed only with the result of its command"),
        .init(name: "offset.store.method", reason: "offsets are kept by the broker"),
        .init(name: "enable.idempotence", reason: "the producer is always idempotent; set delivery.guarantee"),
        .init(name: "enable.gapless.guarantee", reason: "it is experimental and stops the producer at a passing error"),
        .init(name: "acks", reason: "results are acknowledged by all in-sync replicas; remove the property"),
        .init(name: "request.required.acks", reason: "results are acknowledged by all in-sync replicas"),
        .init(name: "max.in.flight", reason: "the order of results rests on it; remove the property"),
        .init(name: "max.in.flight.requests.per.connection", reason: "the order of results rests on it"),
        .init(name: "isolation.level", reason: "commands are always read committed; remove the property"),
        .init(name: "enable.partition.eof", reason: "the worker does not read it"),
        .init(name: "consume.callback.max.messages", reason: "the worker reads events, not callbacks"),
        .init(name: "delivery.report.only.error", reason: "the worker's accounting of results rests on it"),
        .init(name: "log.queue", reason: "the worker takes librdkafka's log itself; set log.level or debug"),
        .init(name: "allow.auto.create.topics", reason: "topics are never made silently; use topics create"),
        .init(name: "test.mock.num.brokers", reason: "use run --embedded-broker"),
    ]

    /// The entry for a property, or `nil` when users may set it.
    public static func find(_ name: String) -> RefusedProperty? {
        self.always.first { $0.name == name }
    }
}
