import JSON
package import Kafka
package import Records
import Topics

/// The jobs of dead-letter topics, from the audit log and from what the cluster remembers of the last one.
///
/// The audit log is a file of one machine, so jobs of other machines are not here but for the last one of the topic.
package struct JobHistory: Sendable {
    package enum State: String, Sendable, Hashable {
        /// A process runs it.
        case running
        /// It was stopped, and the same command resumes it.
        case paused
        /// Its process is gone, and the same command resumes it.
        case abandoned
        /// It came to its end, or ended itself.
        case ended
        /// It has no end in the audit log, and another job came after it.
        case lost
    }

    package struct Job: Sendable, Hashable {
        package let id: String
        /// `redrive`, `dismiss` or `restore`.
        package internal(set) var kind = "redrive"
        package internal(set) var state = State.lost
        /// Why it ended, as the audit log has it; `nil` as long as it has not.
        package internal(set) var ending: String?
        /// The dead-letter topic.
        package internal(set) var topic = ""
        /// The selection in words.
        package internal(set) var selection = ""
        /// Who ran it last: `USER@HOST`.
        package internal(set) var owner = ""
        /// Why, in the operator's words.
        package internal(set) var reason: String?
        package internal(set) var beganAt: UnixMilliseconds?
        /// When it ended, or was stopped.
        package internal(set) var endedAt: UnixMilliseconds?
        /// The words of the command, each option with its text in one line; `nil` when the audit log does not tell.
        package internal(set) var command: [String]?
        /// The number of letters that were sent back, dismissed or restored.
        package internal(set) var moved = 0
    }

    private var jobs: [String: Job] = [:]
    private var order: [String] = []
    /// More are forgotten, the oldest first.
    private static let most = 10_000

    package init() {}

    /// Takes a line of the audit log; one that is about no job is ignored.
    package mutating func read(_ line: [UInt8]) {
        guard let entry = try? JSONParser.parseObject(line), let id = entry["job"]?.stringValue,
            let action = entry["action"]?.stringValue?.split(separator: "."), action.count == 2
        else { return }
        var job = self.jobs[id] ?? Job(id: id)
        let at = entry["at"]?.stringValue.flatMap { UnixMilliseconds(parsing: $0) }
        job.kind = String(action[0])
        job.topic = entry["topic"]?.stringValue ?? job.topic
        job.selection = entry["selection"]?.stringValue ?? job.selection
        job.reason = entry["reason"]?.stringValue ?? job.reason
        job.command = entry["command"]?.arrayValue?.compactMap(\.stringValue) ?? job.command
        if let user = entry["user"]?.stringValue, let host = entry["host"]?.stringValue {
            job.owner = "\(user)@\(host)"
        }
        switch action[1] {
        case "ended":
            job.endedAt = at
            job.ending = entry["ending"]?.stringValue
            let isStopped = job.ending == "cancelled" || job.ending == "failed"
            job.state = isStopped && job.kind == "redrive" ? .paused : .ended
            job.moved = (entry.integer("moved") ?? 0).boundedSum(entry.integer("moved_before") ?? 0)
        default:
            job.beganAt = job.beganAt ?? at
            (job.endedAt, job.ending, job.state) = (nil, nil, .lost)
        }
        self.put(job)
    }

    /// Takes what the cluster remembers of the topic's last redrive, which decides how that one is.
    package mutating func take(_ record: JobRecord, of topic: String, isAlive: Bool) {
        var job = self.jobs[record.id] ?? Job(id: record.id)
        job.topic = topic
        job.selection = job.selection.isEmpty ? record.summary : job.selection
        job.owner = "\(record.owner.user)@\(record.owner.host)"
        job.beganAt = job.beganAt ?? record.beganAt
        job.moved = record.moved
        switch record.state {
        case .running: job.state = isAlive ? .running : .abandoned
        case .paused: job.state = .paused
        case .ended: job.state = .ended
        }
        self.put(job)
        // A redrive that was stopped before the last one began is resumed by no command.
        for (id, other) in self.jobs where id != record.id && other.kind == "redrive" && other.state == .paused {
            if other.topic.hasSameBytes(as: topic) { self.jobs[id]?.state = .ended }
        }
    }

    private mutating func put(_ job: Job) {
        if self.jobs.updateValue(job, forKey: job.id) == nil { self.order.append(job.id) }
        guard self.order.count > Self.most else { return }
        self.jobs[self.order.removeFirst()] = nil
    }

    /// The jobs of a topic, the newest first.
    package func jobs(of topic: String) -> [Job] {
        self.order.compactMap { self.jobs[$0] }.filter { $0.topic.hasSameBytes(as: topic) }
            .sorted { ($0.beganAt?.value ?? .min) > ($1.beganAt?.value ?? .min) }
    }
}

extension JobHistory {
    /// Takes what the cluster remembers of the last redrive of a topic; nothing where there is no topic or no job.
    ///
    /// A job that another process may run is watched for a sign of life, for some seconds.
    ///
    /// - Throws: `KafkaError` when the cluster does not answer.
    package mutating func take(lastOf topic: String, _ client: ClientProperties) async throws {
        guard let snapshot = try await TopicSnapshot(existing: topic, Admin(client, log: { _ in })) else { return }
        let store = try JobStore(client, deadLetterTopic: topic)
        guard let record = try await store.find(snapshot.partitions).record else { return }
        let isAlive = try await store.isAlive(record, snapshot.partitions, seenFrom: .current())
        self.take(record, of: topic, isAlive: isAlive)
    }
}
