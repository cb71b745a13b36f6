import Kafka
import Records

/// Looks at the cluster: whether it answers, the topics and their settings, the dead letters that wait, and whether the
/// group's offsets may be read.
struct BrokerCheck: Sendable {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    func run() async -> [CheckFinding] {
        let client: ClientProperties
        do throws(StartFailure) {
            client = try WorkerAssembly.clientProperties(self.settings.kafka)
        } catch {
            return [CheckFinding("broker", .failed(.configuration), error.description, remedy: "mend kafka.properties")]
                + self.skipped("kafka.properties come first")
        }
        do throws(KafkaError) {
            let admin = try Admin(client) { _ in }
            let topics = try await admin.topics()
            return [CheckFinding("broker", .fine, "\(client.brokers) answers, \(topics.count) topics are visible")]
                + (await self.topics(topics, admin)) + (await self.deadLetters(topics, client))
                + (await self.group(topics, admin))
                + [
                    CheckFinding(
                        "permission to write",
                        .skipped,
                        "not tried, since that would write; a worker that may not publish says so and keeps everything"
                    )
                ]
        } catch {
            let finding = CheckFinding(
                "broker",
                .failed(error.isRefusal ? .notPermitted : .unavailable),
                "\(client.brokers): \(error)",
                remedy: error.isRefusal
                    ? "check user and password in kafka.properties, and the cluster's rules for them"
                    : "check kafka.brokers, the network, and security.protocol in kafka.properties"
            )
            return [finding] + self.skipped("no broker answers")
        }
    }

    private func skipped(_ reason: String) -> [CheckFinding] {
        RequiredTopics(self.settings.kafka).names.map { CheckFinding("topic \($0)", .skipped, reason) }
            + [CheckFinding("group \(self.settings.kafka.consumerGroup)", .skipped, reason)]
    }

    // MARK: Topics

    private func topics(_ existing: [TopicDescription], _ admin: Admin) async -> [CheckFinding] {
        var findings: [CheckFinding] = []
        for name in RequiredTopics(self.settings.kafka).names {
            guard let topic = existing.first(where: { $0.name == name }) else {
                findings.append(
                    CheckFinding(
                        "topic \(name)",
                        .failed(.unavailable),
                        "it is missing, or this user may not see it",
                        remedy: "customer-worker topics create, or allow Describe on it"
                    )
                )
                continue
            }
            findings.append(await self.topic(topic, admin))
        }
        return findings
    }

    private func topic(_ topic: TopicDescription, _ admin: Admin) async -> CheckFinding {
        let shape = "\(topic.partitionCount) partitions, \(topic.replicationFactor) replicas"
        do throws(KafkaError) {
            let configuration = try await admin.configuration(ofTopic: topic.name)
            let problems = TopicRules(self.settings).problems(of: topic, configuration)
            return CheckFinding(
                "topic \(topic.name)",
                problems.isEmpty ? .fine : .warning,
                ([shape] + problems.map(\.found)).joined(separator: "; "),
                remedy: problems.map(\.remedy).joined(separator: "; ")
            )
        } catch {
            return CheckFinding("topic \(topic.name)", .fine, "\(shape); its settings are not told (\(error.name))")
        }
    }

    private func deadLetters(_ existing: [TopicDescription], _ client: ClientProperties) async -> [CheckFinding] {
        let name = self.settings.kafka.deadLetterTopic
        guard existing.contains(where: { $0.name == name }) else { return [] }
        return [await DeadLetterCheck(topic: name, client: client).run()]
    }

    // MARK: Group

    private func group(_ existing: [TopicDescription], _ admin: Admin) async -> [CheckFinding] {
        let subject = "group \(self.settings.kafka.consumerGroup)"
        guard let topic = existing.first(where: { $0.name == self.settings.kafka.topic }) else {
            return [CheckFinding(subject, .skipped, "its topic is missing")]
        }
        let partitions = (0..<Int32(clamping: topic.partitionCount)).map {
            TopicPartition(topic: topic.name, partition: $0)
        }
        do throws(KafkaError) {
            let offsets = try await admin.offsets(of: self.settings.kafka.consumerGroup, for: partitions)
            let committed = offsets.count { $0.offset != nil }
            return [
                CheckFinding(
                    subject,
                    .fine,
                    "its offsets may be read; \(committed) of \(partitions.count) are committed"
                )
            ]
        } catch {
            return [
                CheckFinding(
                    subject,
                    .failed(error.isRefusal ? .notPermitted : .unavailable),
                    "its offsets cannot be read: \(error)",
                    remedy: error.isRefusal
                        ? "allow Read on the group \(self.settings.kafka.consumerGroup) and on the topic \(topic.name)"
                        : "check the cluster's group coordinator, and try again"
                )
            ]
        }
    }
}

extension KafkaError {
    /// Whether the cluster knows the user not, or does not let it.
    fileprivate var isRefusal: Bool {
        self.name.hasSuffix("AUTHORIZATION_FAILED") || self.name.contains("AUTHENTICATION")
    }
}
