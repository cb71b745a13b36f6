import Kafka
import Records

/// What is said about the worker while results are awaited and none comes.
package enum WorkerNotice: Sendable, Hashable {
    /// The consumer group has no member, so no worker runs.
    case absent
    case joined
    /// Whether it has members is unknown, and its committed offsets do not move.
    case silent
}

/// Finds out whether a worker serves the commands whose results do not come.
///
/// Asks after 3 s of silence, then every 10 s.
struct WorkerAbsence {
    /// What the cluster says of the group.
    enum Finding {
        case members(Int)
        /// It cannot say; the committed offset of each partition is known instead, or not even that.
        case positions([PartitionOffset]?)
    }

    private static let (firstSilence, interval): (Duration, Duration) = (.seconds(3), .seconds(10))

    private var lastResult = Duration.zero
    private var lastQuestion: Duration?
    private var isAbsent = false
    private var hasToldSilence = false
    private var positions: [PartitionOffset]?

    mutating func answered(at now: Duration) {
        self.lastResult = now
        self.positions = nil
    }

    mutating func isDue(at now: Duration) -> Bool {
        guard now - self.lastResult >= Self.firstSilence else { return false }
        if let lastQuestion, now - lastQuestion < Self.interval { return false }
        self.lastQuestion = now
        return true
    }

    /// Takes an answer; what is to be said about it, each thing once.
    mutating func take(_ finding: Finding) -> WorkerNotice? {
        switch finding {
        case .members(0):
            defer { self.isAbsent = true }
            return self.isAbsent ? nil : .absent
        case .members:
            defer { self.isAbsent = false }
            return self.isAbsent ? .joined : nil
        case .positions(let positions):
            defer { self.positions = positions }
            guard let positions, positions == self.positions, !self.hasToldSilence else { return nil }
            self.hasToldSilence = true
            return .silent
        }
    }
}

/// Asks the cluster about the worker's consumer group.
struct WorkerGroup: Sendable {
    let name: String
    let partitions: [TopicPartition]
    let admin: Admin
    /// Groups of KIP-848 are unknown to the request that tells the members.
    let tellsMembers: Bool

    init(_ name: String, _ partitions: [TopicPartition], _ admin: Admin, _ client: ClientProperties) {
        self.name = name
        self.partitions = partitions
        self.admin = admin
        self.tellsMembers = client.passthrough["group.protocol"]?.lowercased() != "consumer"
    }

    /// Asks, for 5 s at most; brokers that are away or refuse are no reason to stop waiting.
    func finding() async -> WorkerAbsence.Finding {
        if self.tellsMembers, let count = try? await self.admin.memberCount(ofGroup: self.name) {
            return .members(count)
        }
        return .positions(try? await self.admin.offsets(of: self.name, for: self.partitions, timeout: .seconds(5)))
    }
}
