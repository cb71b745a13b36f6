import CustomerContract
import JSON
package import Kafka
package import Records
package import Topics

/// Makes the record that goes back out of a dead letter, or says why it stays.
package struct ReturnRoute: Sendable {
    /// Where everything goes; `nil` for where it came from.
    package let destination: String?
    /// What is changed on the way.
    package let mending: Mending
    /// How often a command may be sent back.
    package let maximumLaps: Int
    /// Partitions of the cluster's topics.
    private let partitionCounts: [String: Int]
    /// Topics that never get a command: dead letters would go round in a circle, and results are no commands.
    private let forbidden: Set<String>

    /// A route for the dead letters of a topic.
    package init(
        destination: String?,
        mending: Mending,
        maximumLaps: Int,
        topics: [TopicDescription],
        forbidden: Set<String>
    ) {
        self.destination = destination
        self.mending = mending
        self.maximumLaps = maximumLaps
        self.partitionCounts = Dictionary(topics.map { ($0.name, $0.partitionCount) }, uniquingKeysWith: { $1 })
        self.forbidden = forbidden
    }

    /// The record that goes back.
    ///
    /// Key, value and headers are those of the command, less those of the dialect and with the count of laps replaced.
    /// It goes to the partition that it came from, so that it stands in the same order with others of its customer. Its
    /// timestamp is the time of sending: with its old one the topic's retention might take it at once.
    package func record(for letter: DeadLetter) -> Result<ProducerRecord, LeftReason> {
        guard letter.redriveCount < self.maximumLaps else { return .failure(.lapsSpent) }
        if letter.record.headers.has(DeadLetterReduction.valueDropped.name) { return .failure(.valueDropped) }
        guard let topic = self.destination ?? letter.source?.topic else { return .failure(.noSource) }
        if self.forbidden.contains(topic) || topic.hasPrefix("__") { return .failure(.forbiddenTopic) }
        guard let partitionCount = self.partitionCounts[topic], partitionCount > 0 else {
            return .failure(.noSuchTopic)
        }

        var key = letter.record.headers.has(DeadLetterReduction.keyAdded.name) ? nil : letter.commandKey
        var value = letter.record.value
        var partition = letter.source?.topic.hasSameBytes(as: topic) == true ? letter.source?.partition : nil
        if let known = partition, Int(known) >= partitionCount { partition = nil }
        if !self.mending.isEmpty {
            guard let mended = self.mending.applied(to: value, isStructuredEvent: letter.isStructuredEvent) else {
                return .failure(.notMendable)
            }
            let bytes = JSONWriter.encode(mended)
            // Another customer now: the key follows, and with it the partition.
            if let renamed = Self.renamed(from: value, to: bytes, key: key) {
                key = renamed
                partition = nil
            }
            value = bytes
        }
        return .success(
            ProducerRecord(
                topic: topic,
                partition: partition,
                key: key,
                value: value,
                headers: self.headers(of: letter),
                timestamp: nil
            )
        )
    }

    private func headers(of letter: DeadLetter) -> RecordHeaders {
        let foreign = letter.dialect == .own ? nil : letter.dialect?.headers
        let count = DeadLetterHeader.redriveCount.name
        var headers = letter.record.headers.filter { header in
            // Our own headers stay: the worker replaces them if the command fails again, and until then they tell its
            // story.
            header.name != count && header.name != DeadLetter.redrivenFrom
                && DeadLetterReduction(name: header.name) == nil
                && !(foreign?.owns(header.name) ?? false)
        }
        headers.append(RecordHeader(name: count, text: "\(letter.redriveCount + 1)"))
        headers.append(RecordHeader(name: DeadLetter.redrivenFrom, text: letter.position.description))
        return headers
    }

    /// The new key if the external_id was changed and the key was the old one.
    private static func renamed(from old: [UInt8]?, to new: [UInt8], key: [UInt8]?) -> [UInt8]? {
        func id(_ value: [UInt8]?) -> String? {
            value.flatMap { try? JSONParser.parseObject($0) }?["external_id"]?.stringValue
        }
        guard let key, let before = id(old), let after = id(new), !before.hasSameBytes(as: after),
            key.elementsEqual(before.utf8)
        else { return nil }
        return Array(after.utf8)
    }
}

extension DeadLetter {
    /// Whether the value is a CloudEvent around the command (contract, section 2).
    var isStructuredEvent: Bool {
        let type = self.record.headers[ignoringCase: .contentType] ?? []
        return String(decoding: type, as: UTF8.self).lowercased().hasPrefix("application/cloudevents+json")
    }
}
