package import CustomerContract
import JSON
import Kafka
package import Records

/// A record of a dead-letter topic, and what its headers tell of the command that failed.
package struct DeadLetter: Sendable {
    package struct Source: Sendable, Hashable {
        package let topic: String
        /// Its partition, if the dialect tells.
        package let partition: Int32?
        /// Its offset, if the dialect tells.
        package let offset: Int64?
    }

    /// The header in which a record that was sent back names its dead letter.
    package static let redrivenFrom: HeaderName = "dlq-redriven-from"

    package let record: KafkaRecord
    /// Who wrote it; `nil` when its dialect is unknown.
    package let dialect: Dialect?
    /// The command's position; `nil` when no header tells.
    package let source: Source?
    /// Why it failed, for programs: one of our codes, or the name of an exception's class.
    package let kind: String?
    package let reason: String?
    /// Whether the same command may succeed later; `nil` when no header tells.
    package let isRetryable: Bool?
    /// The consumer group, connector or handler that gave it up.
    package let group: String?
    package let commandID: String?
    /// How often it has been sent back.
    package let redriveCount: Int
    /// When it first failed, if that is known.
    package let firstFailedAt: UnixMilliseconds?
    /// When it last failed; the record's timestamp where no header tells.
    package let failedAt: UnixMilliseconds?

    /// Reads a record's headers; whatever they are, there is an answer.
    package init(_ record: KafkaRecord) {
        let reading = record.headers
        let dialect = Dialect.last(in: record.headers.map(\.name))
        let names = dialect?.headers
        self.record = record
        self.dialect = dialect
        self.source = names.flatMap { names in
            reading.filledText(names.topic).map {
                Source(
                    topic: $0,
                    partition: reading.number(names.partition, names.numbers, as: Int32.self),
                    offset: reading.number(names.offset, names.numbers, as: Int64.self)
                )
            }
        }
        self.kind = names?.kinds.lazy.compactMap { reading.filledText($0) }.first.map(Self.className)
        self.reason = reading.filledText(names?.message)
        self.group = reading.filledText(names?.group)
        let earlier = EarlierDeadLetter(record.headers)
        // Flexprice's own replay tool counts in a header of another name.
        let replays = dialect == .watermill ? reading.number("replay_count", .text, as: Int32.self) : nil
        self.redriveCount = max(earlier.redriveCount, Int(replays ?? 0))
        self.firstFailedAt = earlier.firstFailedAt
        guard dialect == .own else {
            self.isRetryable = nil
            self.commandID = nil
            self.failedAt = record.timestamp
            return
        }
        self.isRetryable = reading.filledText(DeadLetterHeader.retryable.name).flatMap { Bool($0) }
        self.commandID = reading.filledText(DeadLetterHeader.commandID.name)
        self.failedAt =
            reading.filledText(DeadLetterHeader.lastFailedAt.name).flatMap { UnixMilliseconds(parsing: $0) }
            ?? record.timestamp
    }

    /// `TOPIC/PARTITION/OFFSET` of the dead letter itself.
    package var position: RecordPosition { self.record.position }

    package var commandKey: [UInt8]? {
        // Karafka keys its dead letters by partition, and writes a key of null as an empty text.
        guard let name = self.dialect?.headers.key,
            let key = self.record.headers[name]
        else { return self.record.key }
        return key.isEmpty ? nil : key
    }

    /// The customers that it may be about: the `external_id` of its body, and its key.
    package var externalIDs: [ExternalID] {
        let key = self.commandKey.flatMap { String(validating: $0, as: UTF8.self) }.map { ExternalID($0) }
        let value = self.record.value.flatMap { try? JSONParser.parseObject($0) }
        let body = value?["external_id"]?.stringValue.map { ExternalID($0) }
        return [body, key].compactMap { $0 }
    }

    /// Streams writes an exception as `CLASS: MESSAGE`; a class alone can be counted and selected.
    private static func className(_ text: String) -> String {
        let name = text.prefix { $0 != ":" && $0 != " " }
        return name.isEmpty ? text : String(name)
    }
}
