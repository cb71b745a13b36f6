import Records

/// Whose convention a dead letter's headers follow.
package enum Dialect: String, Sendable, Hashable, CaseIterable {
    /// Ours, with the names of KIP-1191.
    case own = "customer-worker"
    /// Spring for Apache Kafka, `DeadLetterPublishingRecoverer`.
    case spring
    /// Kafka Connect, `DeadLetterQueueReporter` (KIP-298).
    case connect
    /// Kafka Streams (KIP-1034).
    case streams
    /// Karafka's enhanced dead letter queue.
    case karafka
    /// SmallRye Reactive Messaging (Quarkus), `KafkaDeadLetterQueue`.
    case smallrye
    /// Watermill's `PoisonQueue`, which Flexprice itself uses.
    case watermill

    /// The dialect that wrote last: libraries append their headers, so it is the one whose topic header stands last.
    ///
    /// A record can carry several when it has failed in one system after another.
    static func last(in names: some BidirectionalCollection<HeaderName>) -> Dialect? {
        names.reversed().lazy.compactMap { Self.byTopicHeader[$0] }.first
    }

    private static let byTopicHeader = Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0.headers.topic, $0) })
}
