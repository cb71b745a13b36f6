package import CommandWorker
package import Kafka
import Records

/// The topics that a worker needs, and how they are made.
package struct RequiredTopics: Sendable {
    private let settings: WorkerSettings

    package init(_ settings: WorkerSettings) {
        self.settings = settings
    }

    /// Makes sure that every topic exists, and that topics and group may be used; nothing is created.
    ///
    /// - Throws: ``StartFailure`` 69 that names every missing topic and the command that creates them, or says that no
    ///   broker answers; 77 that names what is not permitted.
    package func check(_ client: ClientProperties) async throws(StartFailure) {
        let missing = try await self.missing(Self.checkLimit, client)
        guard missing.isEmpty else {
            let what = "\(missing.count == 1 ? "topic" : "topics"): \(missing.joined(separator: ", "))"
            throw StartFailure(.unavailable, "missing \(what); create with: customer-worker topics create")
        }
        try await self.checkGroup(client)
    }

    /// Ends the start when this user may not use the group; whatever else its coordinator says is the worker's to wait
    /// for.
    private func checkGroup(_ client: ClientProperties) async throws(StartFailure) {
        let partition = TopicPartition(topic: self.settings.commandTopic, partition: 0)
        do throws(KafkaError) {
            let admin = try Admin(client, log: { _ in })
            _ = try await admin.offsets(of: self.settings.group, for: [partition], timeout: Self.checkLimit)
        } catch  where error.isNotPermitted {
            throw StartFailure(error, "group \(self.settings.group)", brokers: client.brokers)
        } catch {}
    }

    /// How long a topic that is missing may take to show, for a worker that starts right after it was made and for the
    /// command that made it.
    private static let (checkLimit, creationLimit): (Duration, Duration) = (.seconds(2), .seconds(15))

    package enum Creation: String, Sendable {
        /// It was missing and is there now.
        case created
        /// It was there; nothing about it was changed.
        case existed
    }

    /// Creates the missing ones.
    ///
    /// - Parameter retention: for the command and dead-letter topics and the results alike; `nil` for the broker's
    ///   default.
    /// - Throws: ``StartFailure`` with the broker's own sentence.
    package func create(
        partitions: Int,
        replicationFactor: Int,
        retention: Duration?,
        _ client: ClientProperties
    ) async throws(StartFailure) -> [(topic: TopicDescription, creation: Creation)] {
        let existing = try await self.existing(client)
        var outcome: [(topic: TopicDescription, creation: Creation)] = []
        for name in self.settings.topics {
            if let topic = existing.first(where: { $0.name == name }) {
                outcome.append((topic, .existed))
                continue
            }
            var configuration: [String: String] = [:]
            if let retention { configuration["retention.ms"] = "\(retention.components.seconds * 1_000)" }
            let topic = NewTopic(
                name: name,
                partitions: partitions,
                replicationFactor: replicationFactor,
                configuration: configuration
            )
            do throws(KafkaError) {
                try await Admin(client) { _ in }.create(topic)
            } catch {
                // It is not listed: this user may not see it, and only by its name the brokers say so.
                if error.code == .topicExists { try await Self.look(at: [name], client) }
                throw StartFailure(error, "topic \(name) could not be created", brokers: client.brokers)
            }
            let made = TopicDescription(name: name, partitionCount: partitions, replicationFactor: replicationFactor)
            outcome.append((made, .created))
        }
        let hidden = try await self.missing(Self.creationLimit, client)
        guard hidden.isEmpty else {
            throw StartFailure(
                .unavailable,
                "created, but not listed by the brokers within \(Self.creationLimit): "
                    + "\(hidden.joined(separator: ", ")); look again with: customer-worker check"
            )
        }
        return outcome
    }

    /// The topics that the brokers do not list within a while.
    ///
    /// The controller says that a topic is made before every broker has heard of it.
    private func missing(_ limit: Duration, _ client: ClientProperties) async throws(StartFailure) -> [String] {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            let existing = try await self.existing(client)
            let missing = self.settings.topics.filter { name in !existing.contains { $0.name == name } }
            if missing.isEmpty { return [] }
            if clock.now >= end {
                // What this user may not see is missing from the list, too.
                try await Self.look(at: missing, client)
                return missing
            }
            try? await clock.sleep(for: .milliseconds(200))
            if Task.isCancelled { return missing }
        }
    }

    private func existing(_ client: ClientProperties) async throws(StartFailure) -> [TopicDescription] {
        do throws(KafkaError) {
            return try await Admin(client, log: { _ in }).topics()
        } catch {
            throw StartFailure(error, brokers: client.brokers)
        }
    }

    /// Asks for topics by their names, which tells whether this user may see them.
    private static func look(at names: [String], _ client: ClientProperties) async throws(StartFailure) {
        do throws(KafkaError) {
            let admin = try Admin(client, log: { _ in })
            for name in names { _ = try await admin.topic(named: name) }
        } catch {
            throw StartFailure(error, brokers: client.brokers)
        }
    }
}
