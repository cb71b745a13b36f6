package import CustomerContract
package import Kafka
package import Ledger
package import Records
import Topics

/// Gathers a ``Story`` from the topics of commands, results and dead letters, the ledger, and the group's offsets.
///
/// It changes nothing, and it reads whole topics: seconds for some hundred thousand records.
package struct StoryTeller: Sendable {
    package enum Subject: Sendable, Hashable {
        case customer(ExternalID)
        /// A record of one of the three topics.
        case record(RecordPosition)
        /// A customer by its external_id; where nothing is known of that, the customer whose command has this id, or
        /// that has this id in Flexprice.
        case named(String)
    }

    package struct NoRecord: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let client: ClientProperties
    private let resultTopic: String
    private let deadLetterTopic: String
    private let group: String
    private let rules: CommandRules

    /// Names the topics and the worker's group, and the rules by which it judges commands.
    package init(
        _ client: ClientProperties,
        resultTopic: String,
        deadLetterTopic: String,
        group: String,
        rules: CommandRules
    ) {
        self.client = client
        self.resultTopic = resultTopic
        self.deadLetterTopic = deadLetterTopic
        self.group = group
        self.rules = rules
    }

    private struct Topics {
        let admin: Admin
        let commands: TopicSnapshot
        let results: TopicSnapshot
        let letters: DeadLetterTopic
        let route: ReturnRoute

        var all: [TopicSnapshot] { [self.commands, self.results, self.letters.snapshot] }
    }

    /// Tells the story; reads the topics once, and twice of a name that is no external_id.
    ///
    /// - Parameter ledger: `nil` when there is none to ask.
    package func tell(_ subject: Subject, ledger: (any Ledger)?) async throws -> Story {
        let admin = try Admin(self.client, log: { _ in })
        let letters = try await DeadLetterTopic(self.deadLetterTopic, self.client)
        let topics = Topics(
            admin: admin,
            commands: try await TopicSnapshot(self.rules.commandTopic, admin),
            results: try await TopicSnapshot(self.resultTopic, admin),
            letters: letters,
            route: try await letters.usualRoute(resultTopic: self.resultTopic, self.rules)
        )
        switch subject {
        case .customer(let id):
            return try await self.gather(StorySearch(externalID: id), topics, ledger)
        case .record(let position):
            return try await self.gather(try await self.search(for: position, topics.all), topics, ledger)
        case .named(let name):
            var found: (search: StorySearch, name: Story.Name)?
            let story = try await self.gather(StorySearch(externalID: ExternalID(name)), topics, ledger) { record in
                let isResult = record.topicPartition.topic.hasSameBytes(as: self.resultTopic)
                found = found ?? StorySearch.named(name, in: record, isResult: isResult)
            }
            guard story.events.isEmpty, let found else { return story }
            var other = try await self.gather(found.search, topics, ledger)
            other.foundBy = found.name
            return other
        }
    }

    private func gather(
        _ search: StorySearch,
        _ topics: Topics,
        _ ledger: (any Ledger)?,
        look: (KafkaRecord) -> Void = { _ in }
    ) async throws -> Story {
        var story = Story(externalID: search.externalID)
        let ranges = topics.all.map(\.ranges).reduce(into: [:]) { $0.merge($1) { $1 } }
        var reader = try await TopicReader(self.client, ranges: ranges)
        try await reader.visit { record in
            look(record)
            let topic = record.topicPartition.topic
            if topic.hasSameBytes(as: self.rules.commandTopic) {
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
                story.deadLetter(letter, topics.letters.marks[letter.position], topics.route.verdict(for: letter))
            }
            return true
        }
        if let externalID = search.externalID, let entry = try await ledger?.entry(for: externalID) {
            story.remembered(entry)
        }
        story.conclude(try await self.progress(topics.admin, topics.commands.partitions, ledger))
        return story
    }

    /// A record's own customer, if it names one.
    private func search(for position: RecordPosition, _ topics: [TopicSnapshot]) async throws -> StorySearch {
        guard let range = topics.lazy.compactMap({ $0.ranges[position.topicPartition] }).first else {
            throw NoRecord(
                description: "\(position): there is no such partition; expected one of "
                    + topics.map { "\($0.topic) (0 to \($0.partitions.count - 1))" }.joined(separator: ", ")
            )
        }
        guard range.contains(position.offset) else {
            let holds = range.isEmpty ? "is empty" : "has offsets \(range.lowerBound) to \(range.upperBound - 1)"
            throw NoRecord(description: "\(position): there is no such record; the partition \(holds)")
        }
        guard let found = try await DeadLetterTopic.letter(at: position, self.client) else {
            throw NoRecord(description: "\(position): there is no committed record")
        }
        return StorySearch(externalID: found.externalIDs.first, position: position)
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
                let (partition, writer, slot) = (entry.topicPartition, place.writer, place.slot)
                spilled = try await ledger.spilledSet(
                    at: .init(group: self.group, topicPartition: partition, writer: writer, slot: slot)
                )
            }
            progress[entry.topicPartition] =
                OffsetMetadata.read(entry.metadata, at: offset, spilled: spilled)
                ?? OffsetProgress(offset: offset, completed: CompletedOffsets())
        }
        return progress
    }
}
