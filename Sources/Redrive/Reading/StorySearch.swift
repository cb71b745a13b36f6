import CustomerContract
import Kafka
import Records
import Topics

/// Decides which records belong to a story, and reads as little of each as possible.
struct StorySearch: Sendable {
    let externalID: ExternalID?
    /// The record that the operator named.
    let position: RecordPosition?
    /// The id as JSON has it without escapes; `nil` when it may be written in more than one way.
    private let plain: [UInt8]?

    init(externalID: ExternalID?, position: RecordPosition? = nil) {
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
        if let key = record.keyBytes, key.elementsEqual(externalID.text.utf8) { return true }
        guard let plain, let value = record.valueBytes else { return record.valueBytes != nil }
        // With escapes anything may be spelt in another way.
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
        return record.keyBytes.map { $0.elementsEqual(externalID.text.utf8) } ?? false
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

extension ArraySlice<UInt8> {
    /// Whether the pattern occurs in it.
    func containsBytes(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first, self.count >= pattern.count else { return pattern.isEmpty }
        return self.indices.dropLast(pattern.count - 1).contains { index in
            self[index] == first && self[index...].starts(with: pattern)
        }
    }
}

extension StorySearch {
    /// The customer whose command, or whose customer in Flexprice, has a name, if a record tells; reads as little of it
    /// as possible.
    ///
    /// - Parameter isResult: whether it is a result, and not a command or a dead letter.
    static func named(
        _ name: String,
        in record: KafkaRecord,
        isResult: Bool
    ) -> (search: StorySearch, name: Story.Name)? {
        func isName(_ value: [UInt8]?) -> Bool { value?.elementsEqual(name.utf8) ?? false }
        func found(_ id: ExternalID?, _ position: RecordPosition, _ what: Story.Name) -> (StorySearch, Story.Name) {
            // A customer has a whole story; a record that names none has its own.
            (StorySearch(externalID: id, position: id == nil ? position : nil), what)
        }
        guard !name.isEmpty else { return nil }
        guard isResult else {
            let headers = record.headers
            guard isName(headers[.ceID]) || isName(headers[DeadLetterHeader.commandID.name]) else { return nil }
            let letter = DeadLetter(record)
            return found(letter.externalIDs.first, letter.position, .command)
        }
        guard isName(record.headers[.ceCausationID]) || record.valueBytes?.containsBytes(Array(name.utf8)) ?? false,
            let event = ResultEvent(record)
        else { return nil }
        let position = event.command ?? event.position
        if event.commandID.text.hasSameBytes(as: name) { return found(event.externalID, position, .command) }
        guard let id = event.customerID, id.hasSameBytes(as: name) else { return nil }
        return found(event.externalID, position, .customer)
    }
}
