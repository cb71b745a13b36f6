import CustomerContract
import Kafka
import Records
import Topics

/// Decides which records belong to a story, and reads as little of each as possible.
struct StorySearch: Sendable {
    /// The customer.
    let externalID: ExternalID?
    /// The record that the operator named.
    let position: RecordPosition?
    /// The id as JSON has it without escapes; `nil` when it may be written in more than one way.
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
    /// Whether the pattern occurs in it.
    func containsBytes(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first, self.count >= pattern.count else { return pattern.isEmpty }
        return self.indices.dropLast(pattern.count - 1).contains { index in
            self[index] == first && self[index...].starts(with: pattern)
        }
    }
}

/// Finds the customer whose command, or whose customer in Flexprice, has a name; reads as little of each record as
/// possible.
struct NameSearch: Sendable {
    private let name: String
    /// The first that was found, and what the name is of it.
    private(set) var found: (search: StorySearch, name: Story.Name)?

    init(_ name: String) {
        self.name = name
    }

    /// Looks whether a record has the name.
    ///
    /// - Parameter isResult: whether it is a result, and not a command or a dead letter.
    mutating func look(_ record: KafkaRecord, isResult: Bool) {
        guard self.found == nil, !self.name.isEmpty else { return }
        if isResult {
            let isAnswer = Self.is(record.headers[.ceCausationID], self.name)
            guard isAnswer || record.value?.containsBytes(Array(self.name.utf8)) ?? false,
                let event = ResultEvent(record)
            else { return }
            if event.commandID.text.hasSameBytes(as: self.name) {
                self.take(event.externalID, event.command ?? event.position, .command)
            } else if let id = event.customerID, id.hasSameBytes(as: self.name) {
                self.take(event.externalID, event.command ?? event.position, .customer)
            }
        } else if Self.is(record.headers[.ceID], self.name)
            || Self.is(record.headers[DeadLetterHeader.commandID.name], self.name)
        {
            let letter = DeadLetter(record)
            self.take(letter.externalIDs.first, letter.position, .command)
        }
    }

    private mutating func take(_ id: ExternalID?, _ position: RecordPosition, _ name: Story.Name) {
        // A customer has a whole story; a record that names none has its own.
        self.found = (StorySearch(externalID: id, position: id == nil ? position : nil), name)
    }

    private static func `is`(_ value: [UInt8]?, _ name: String) -> Bool { value?.elementsEqual(name.utf8) ?? false }
}
