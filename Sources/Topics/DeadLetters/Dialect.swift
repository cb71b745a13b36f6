package import Records

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

    /// The dialect that wrote last: libraries append their headers, so it is the one whose topic header is last.
    ///
    /// A record can carry several when it has failed in one system after another.
    static func last(in names: some BidirectionalCollection<HeaderName>) -> Dialect? {
        names.reversed().lazy.compactMap { Self.byTopicHeader[$0] }.first
    }

    private static let byTopicHeader = Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0.headers.topic, $0) })
}

/// What dialects write into headers; anybody can write these, so that what does not read as it should is not there.
extension RecordHeaders {
    /// A header as text; nil if it is not there, empty, or not UTF-8.
    package func filledText(_ name: HeaderName?) -> String? {
        guard let name, let text = self.text(name), !text.isEmpty else { return nil }
        return text
    }

    /// A number from 0; nil for anything else.
    func number<Number: FixedWidthInteger & SignedInteger>(
        _ name: HeaderName?,
        _ form: DialectHeaders.Numbers,
        as type: Number.Type
    ) -> Number? {
        guard let name, let bytes = self[name] else { return nil }
        switch form {
        case .text:
            guard (1...19).contains(bytes.count), bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
            return Number(String(decoding: bytes, as: UTF8.self))
        case .bigEndian:
            guard bytes.count == Number.bitWidth / 8 else { return nil }
            let number = bytes.reduce(Number(0)) { $0 << 8 | Number($1) }
            return number >= 0 ? number : nil
        }
    }
}
