import CommandWorker
import CustomerContract
import Kafka
import Records
import Settings

/// Looks at the cluster: whether it answers, the topics and their settings, whether results and dead letters can be
/// published there, whether the group's offsets may be read, and the dead letters that wait.
struct BrokerCheck: Sendable {
    /// All that is asked and tried is done by then, but for the last abort and the look at the dead letters.
    private static let limit = Duration.seconds(10)
    /// A topic's settings are waited for no longer: without them everything is tried as it is.
    private static let settingsLimit = Duration.seconds(2)

    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    func run() async -> [CheckFinding] {
        let client: ClientProperties
        do throws(StartFailure) {
            client = try WorkerAssembly.clientProperties(self.settings.kafka)
        } catch {
            let remedy = "correct kafka.properties"
            return [CheckFinding("broker", .failed(.configuration), error.description, remedy: remedy)]
                + self.skipped("kafka.properties come first")
        }
        let limit = TimeLimit(Self.limit)
        do throws(KafkaError) {
            let admin = try Admin(client) { _ in }
            let topics = try await admin.topics(timeout: limit.left(atMost: Self.limit))
            let cluster = await self.cluster(topics, admin, limit)
            let (group, offset) = await self.group(cluster, admin, limit)
            let targets = self.targets(cluster)
            var findings = [
                CheckFinding("broker", .fine, "\(client.brokers) answers, \(topics.count) topics are visible")
            ]
            findings += self.topics(cluster) + self.replyTopics(cluster) + group
            if !targets.isEmpty {
                let publishing = PublishCheck(self.settings, client: client)
                findings += await publishing.run(targets, offset: offset, limit: limit)
            }
            let letters = self.settings.worker.deadLetterTopic
            if cluster.topics[letters] != nil {
                findings.append(await DeadLetterCheck.run(letters, client))
            }
            return findings
        } catch {
            let usual =
                error.isNotPermitted
                ? "check user and password in kafka.properties, and the cluster's rules for them"
                : "check kafka.brokers, the network, and security.protocol in kafka.properties"
            let (state, found) = (CheckFinding.State.failed(ExitStatus(error)), "\(client.brokers): \(error.finding)")
            return [CheckFinding("broker", state, found, remedy: error.remedy ?? usual)]
                + self.skipped("no broker answers")
        }
    }

    private func skipped(_ reason: String) -> [CheckFinding] {
        self.settings.worker.topics.map { CheckFinding("topic \($0)", .skipped, reason) }
            + [CheckFinding("group \(self.settings.worker.group)", .skipped, reason)]
    }

    // MARK: Topics

    /// What the brokers tell of the topics that concern the worker.
    private struct Cluster {
        var topics: [String: TopicDescription] = [:]
        /// Their settings, as far as they are told.
        var configurations: [String: [String: String]] = [:]
        /// Topics that this user may not see.
        var hidden: [String: KafkaError] = [:]
        /// Why settings of topics are not told.
        var untold: [String: KafkaError] = [:]
    }

    /// Topics that commands may name for their results; those of which only the beginning is set are not known.
    private var replyTopicNames: [String] {
        let own = self.settings.worker.topics
        return self.settings.worker.live.replyTopicsAllowed.entries.filter { !$0.hasSuffix("*") && !own.contains($0) }
    }

    private func cluster(_ existing: [TopicDescription], _ admin: Admin, _ limit: TimeLimit) async -> Cluster {
        var cluster = Cluster()
        var isQuiet: KafkaError?
        for name in self.settings.worker.topics + self.replyTopicNames {
            guard let topic = existing.first(where: { $0.name == name }) else {
                do throws(KafkaError) {
                    _ = try await admin.topic(named: name, timeout: limit.left(atMost: Self.settingsLimit))
                } catch  where error.isNotPermitted {
                    cluster.hidden[name] = error
                } catch {}
                continue
            }
            cluster.topics[name] = topic
            if let isQuiet {
                cluster.untold[name] = isQuiet
                continue
            }
            do throws(KafkaError) {
                let timeout = limit.left(atMost: Self.settingsLimit)
                cluster.configurations[name] = try await admin.configuration(ofTopic: name, timeout: timeout)
            } catch {
                cluster.untold[name] = error
                // Some brokers never answer this question: they are not asked again.
                if error.disposition == .retry { isQuiet = error }
            }
        }
        return cluster
    }

    private func topics(_ cluster: Cluster) -> [CheckFinding] {
        let rules = TopicRules(self.settings)
        return self.settings.worker.topics.flatMap { name in
            func finding(_ state: CheckFinding.State, _ found: String, _ remedy: String = "") -> CheckFinding {
                CheckFinding("topic \(name)", state, found, remedy: remedy)
            }
            if let error = cluster.hidden[name] {
                return [finding(.failed(.notPermitted), error.finding, error.remedy ?? "allow Describe on it")]
            }
            guard let topic = cluster.topics[name] else {
                return [finding(.failed(.unavailable), "it is missing", "customer-worker topics create")]
            }
            let shape = "\(topic.partitionCount) partitions, \(topic.replicationFactor) replicas"
            if let error = cluster.untold[name] {
                return [finding(.fine, "\(shape); its settings are not told (\(error.name))")]
            }
            let problems = rules.problems(
                of: topic,
                cluster.configurations[name, default: [:]],
                commands: cluster.configurations[self.settings.worker.commandTopic, default: [:]]
            )
            guard !problems.isEmpty else { return [finding(.fine, shape)] }
            return problems.map { finding($0.state, "\(shape); \($0.found)", $0.remedy) }
        }
    }

    private func replyTopics(_ cluster: Cluster) -> [CheckFinding] {
        self.replyTopicNames.compactMap { name in
            var found = "it is missing, or this user may not see it"
            var remedy = "make it, allow Describe on it, or take it out of kafka.reply_topics_allowed"
            if let topic = cluster.topics[name] {
                guard let problem = TopicRules.replicas(of: topic, cluster.configurations[name, default: [:]]) else {
                    return nil
                }
                (found, remedy) = (problem.found, problem.remedy)
            }
            found += "; results for it go to the results topic"
            return CheckFinding("reply topic \(name)", .warning, found, remedy: remedy)
        }
    }

    /// Where publishing is tried: every topic that is there, and that could take records by its settings.
    private func targets(_ cluster: Cluster) -> [PublishCheck.Target] {
        let records = TrialRecords(self.settings)
        let worker = self.settings.worker
        let commands = cluster.configurations[worker.commandTopic, default: [:]]
        return ([worker.resultTopic, worker.deadLetterTopic] + self.replyTopicNames).compactMap { name in
            let configuration = cluster.configurations[name, default: [:]]
            guard let topic = cluster.topics[name], TopicRules.replicas(of: topic, configuration) == nil else {
                return nil
            }
            let isLetters = name == worker.deadLetterTopic
            return PublishCheck.Target(
                topic: name,
                isReply: !isLetters && name != worker.resultTopic,
                records: isLetters
                    ? records.letters(for: topic, configuration, commands: commands)
                    : records.results(for: name, configuration)
            )
        }
    }

    // MARK: Group

    /// What is found about the group, and an offset of it to try a commit with.
    private func group(
        _ cluster: Cluster,
        _ admin: Admin,
        _ limit: TimeLimit
    ) async -> (findings: [CheckFinding], offset: PartitionOffset?) {
        let subject = "group \(self.settings.worker.group)"
        guard let topic = cluster.topics[self.settings.worker.commandTopic] else {
            return ([CheckFinding(subject, .skipped, "its topic is missing")], nil)
        }
        let partitions = (0..<Int32(clamping: topic.partitionCount)).map {
            TopicPartition(topic: topic.name, partition: $0)
        }
        do throws(KafkaError) {
            let offsets = try await admin.offsets(
                of: self.settings.worker.group,
                for: partitions,
                timeout: limit.left(atMost: Self.limit)
            )
            let committed = offsets.filter { $0.offset != nil }
            let found = "its offsets may be read; \(committed.count) of \(partitions.count) are committed"
            // What is committed already: whatever became of the trial, nothing would change.
            let offset = committed.first ?? partitions.first.map { PartitionOffset($0, offset: 0) }
            return ([CheckFinding(subject, .fine, found)], offset)
        } catch {
            let found = "its offsets cannot be read: \(error.finding)"
            let remedy =
                error.isNotPermitted && error.cause == nil
                ? "allow Read on the group \(self.settings.worker.group) and on the topic \(topic.name)"
                : error.remedy ?? "check the cluster's group coordinator, and try again"
            return ([CheckFinding(subject, .failed(ExitStatus(error)), found, remedy: remedy)], nil)
        }
    }
}
