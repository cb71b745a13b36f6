package import CustomerContract
package import Kafka
package import Ledger
package import Records
import Topics

/// Gathers a ``Story`` from the topics of commands, results and dead letters, the ledger, and the group's offsets.
///
/// It changes nothing, and it reads whole topics: seconds for some hundred thousand records.
package struct StoryTeller: Sendable {
    /// The subject of a story.
    package enum Subject: Sendable, Hashable {
        /// A customer.
        case customer(ExternalID)
        /// A record of one of the three topics.
        case record(RecordPosition)
    }

    /// A position has no record.
    package struct NoRecord: Error, Sendable, CustomStringConvertible {
        /// The sentence.
        package let description: String
    }

    private let client: ClientProperties
    private let commandTopic: String
    private let resultTopic: String
    private let deadLetterTopic: String
    private let group: String
    private let rules: CommandRules
    private let log: KafkaLogSink

    /// Names the topics and the worker's group, and the rules by which it judges commands.
    package init(
        _ client: ClientProperties,
        resultTopic: String,
        deadLetterTopic: String,
        group: String,
        rules: CommandRules,
        log: @escaping KafkaLogSink = { _ in }
    ) {
        self.client = client
        self.commandTopic = rules.commandTopic
        self.resultTopic = resultTopic
        self.deadLetterTopic = deadLetterTopic
        self.group = group
        self.rules = rules
        self.log = log
    }

    /// Tells the story.
    ///
    /// - Parameter ledger: `nil` when there is none to ask.
    package func tell(_ subject: Subject, ledger: (any Ledger)?) async throws -> Story {
        let admin = try Admin(self.client, log: self.log)
        let letters = try await DeadLetterTopic(self.deadLetterTopic, self.client, log: self.log)
        let route = try await letters.usualRoute(resultTopic: self.resultTopic, self.rules)
        let commands = try await TopicSnapshot(self.commandTopic, admin)
        let results = try await TopicSnapshot(self.resultTopic, admin)
        let search = try await self.search(for: subject, [commands, results, letters.snapshot])
        var story = Story(externalID: search.externalID)
        var ranges = commands.ranges.merging(results.ranges) { $1 }
        ranges.merge(letters.snapshot.ranges) { $1 }
        var reader = try await TopicReader(self.client, ranges: ranges, log: self.log)
        try await reader.visit { record in
            let topic = record.topicPartition.topic
            if topic.hasSameBytes(as: self.commandTopic) {
                if search.finds(command: record) { story.command(record) }
            } else if topic.hasSameBytes(as: self.resultTopic) {
                if search.mayFind(record), let event = ResultEvent(record), let command = event.command,
                    search.finds(result: record, of: command)
                {
                    story.result(event, of: command)
                }
            } else if search.mayFind(record) || search.position != nil {
                let letter = DeadLetter(record)
                guard search.finds(letter: letter) else { return true }
                let mark = letters.marks[record.topicPartition.partition, record.offset]
                story.deadLetter(letter, mark, route.verdict(for: letter))
            }
            return true
        }
        if let externalID = search.externalID, let entry = try await ledger?.entry(for: externalID) {
            story.remembered(entry)
        }
        story.conclude(try await self.progress(admin, commands.partitions, ledger))
        return story
    }

    /// A record's own customer, if it names one.
    private func search(for subject: Subject, _ topics: [TopicSnapshot]) async throws -> StorySearch {
        switch subject {
        case .customer(let id): return StorySearch(externalID: id, position: nil)
        case .record(let position):
            let place = TopicPartition(topic: position.topic, partition: position.partition)
            guard let range = topics.lazy.compactMap({ $0.ranges[place] }).first else {
                throw NoRecord(
                    description: "\(position): there is no such partition; expected one of "
                        + topics.map { "\($0.topic) (0 to \($0.partitions.count - 1))" }.joined(separator: ", ")
                )
            }
            guard range.contains(position.offset) else {
                let holds =
                    range.isEmpty ? "is empty" : "has offsets \(range.lowerBound) to \(range.upperBound - 1)"
                throw NoRecord(description: "\(position): there is no such record; the partition \(holds)")
            }
            guard let found = try await DeadLetterTopic.letter(at: position, self.client, log: self.log) else {
                throw NoRecord(description: "\(position): there is no committed record")
            }
            return StorySearch(externalID: found.externalIDs.first, position: position)
        }
    }

    private func progress(
        _ admin: Admin,
        _ partitions: [TopicPartition],
        _ ledger: (any Ledger)?
    ) async throws -> [TopicPartition: OffsetProgress] {
        var progress: [TopicPartition: OffsetProgress] = [:]
        for entry in try await admin.offsets(of: self.group, for: partitions) {
            guard let offset = entry.offset else { continue }
            var spilled: [UInt8]?
            if let ledger, let place = OffsetMetadata.place(entry.metadata, at: offset) {
                spilled = try await ledger.spilledSet(
                    at: .init(
                        group: self.group,
                        topicPartition: entry.topicPartition,
                        writer: place.writer,
                        slot: place.slot
                    )
                )
            }
            progress[entry.topicPartition] =
                OffsetMetadata.read(entry.metadata, at: offset, spilled: spilled)
                ?? OffsetProgress(offset: offset, completed: CompletedOffsets())
        }
        return progress
    }
}

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
