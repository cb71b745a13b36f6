import CommandWorker
import CustomerContract
package import Records
package import Redrive
import Settings

/// Asks the topics, the ledger and the running worker what became of a customer or a command; nothing is changed.
package struct StoryInquiry: Sendable {
    package struct Answer: Sendable {
        /// What was asked: a name, or the record that was found.
        package let subject: String
        package let story: Story
        /// What the running worker says about the customer.
        package let worker: WorkerWord
    }

    private let settings: ClusterSettings

    package init(_ settings: ClusterSettings) {
        self.settings = settings
    }

    /// The three topics: those of commands, results and dead letters.
    package var topics: [String] { self.settings.settings.worker.topics }

    /// The record that a text names: TOPIC/PARTITION/OFFSET of one of the three topics, or PARTITION/OFFSET of a dead
    /// letter; `nil` for any other text.
    package func position(in text: String) -> RecordPosition? {
        let letter = RecordPosition(parsing: "\(self.settings.settings.worker.deadLetterTopic)/\(text)")
        if let letter { return letter }
        let topics = self.topics
        return RecordPosition(parsing: text).flatMap { topics.contains($0.topic) ? $0 : nil }
    }

    /// Asks; reads the topics once, and twice of a name that is no external_id.
    ///
    /// - Parameters:
    ///   - text: what was asked.
    ///   - position: the record that it names; `nil` when it is another name.
    ///   - isExternalID: whether a name is an external_id, and no other is looked for.
    /// - Throws: `StoryTeller.NoRecord` for a position without one, ``StartFailure`` when the ledger cannot be used,
    ///   and what reading topics throws.
    package func answer(
        _ text: String,
        at position: RecordPosition?,
        isExternalID: Bool = false
    ) async throws -> Answer {
        let settings = self.settings.settings
        let teller = StoryTeller(
            self.settings.client,
            resultTopic: settings.worker.resultTopic,
            deadLetterTopic: settings.worker.deadLetterTopic,
            group: settings.worker.group,
            rules: self.settings.rules
        )
        let story = try await teller.tell(
            position.map { .record($0) } ?? (isExternalID ? .customer(ExternalID(text)) : .named(text)),
            ledger: try await WorkerAssembly.openExistingLedger(settings.store)
        )
        let worker: WorkerWord =
            if let externalID = story.externalID {
                await WorkerWord(asking: settings.watchedWorkers, about: externalID)
            } else {
                .notAsked("the command names no customer")
            }
        return Answer(subject: position?.description ?? text, story: story, worker: worker)
    }
}
