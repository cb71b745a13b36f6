import CustomerContract
import Kafka
import Records
import Topics

/// Decides which records belong to a story, looking at as little of each as will do.
struct StorySearch: Sendable {
    /// Whom it is about.
    let externalID: ExternalID?
    /// The record that was asked for.
    let position: RecordPosition?
    /// How the id stands in JSON if it is written there without escapes; `nil` when it may be written in more than one
    /// way.
    private let plain: [UInt8]?

    init(externalID: ExternalID?, position: RecordPosition?) {
        self.externalID = externalID
        self.position = position
        let text = externalID?.text ?? ""
        let isPlain = text.utf8.allSatisfy {
            (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        self.plain = isPlain && !text.isEmpty ? Array("\"\(text)\"".utf8) : nil
    }

    /// Whether the bytes of a record are worth reading; `false` is certain.
    func mayFind(_ record: KafkaRecord) -> Bool {
        guard let externalID else { return self.position != nil }
        if let key = record.key, key.elementsEqual(externalID.text.utf8) { return true }
        guard let plain, let value = record.value else { return record.value != nil }
        // Behind a backslash anything may be spelt in another way.
        return value.containsBytes(plain) || value.contains(UInt8(ascii: "\\"))
    }

    func finds(command record: KafkaRecord) -> Bool {
        if let position, record.position == position { return true }
        guard let externalID, self.mayFind(record) else { return false }
        return DeadLetter(record).externalIDs.contains(externalID)
    }

    func finds(result record: KafkaRecord, of command: RecordPosition) -> Bool {
        if let position, record.position == position || command == position { return true }
        guard let externalID else { return false }
        return record.key.map { $0.elementsEqual(externalID.text.utf8) } ?? false
    }

    func finds(letter: DeadLetter) -> Bool {
        if let position {
            if letter.position == position { return true }
            if let source = letter.source, source.partition == position.partition, source.offset == position.offset,
                source.topic.hasSameBytes(as: position.topic)
            {
                return true
            }
        }
        guard let externalID else { return false }
        return letter.externalIDs.contains(externalID)
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in it.
    func containsBytes(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first, self.count >= pattern.count else { return pattern.isEmpty }
        return self.indices.dropLast(pattern.count - 1).contains { index in
            self[index] == first && self[index...].starts(with: pattern)
        }
    }
}
