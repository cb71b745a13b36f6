import Kafka
import Synchronization

/// Which topics the cluster has, so that a reply topic that a command names is only used when it exists.
///
/// A producer would wait minutes for a topic that is not there, and everybody's results with it. Looked up when an unknown name comes,
/// at most once in ``refreshInterval``.
actor TopicDirectory {
    static let refreshInterval: Duration = .seconds(10)

    private let list: @Sendable () async throws(KafkaError) -> [TopicDescription]
    private var partitionCounts: [String: Int] = [:]
    private var lastRefresh: ContinuousClock.Instant?

    init(list: @escaping @Sendable () async throws(KafkaError) -> [TopicDescription]) {
        self.list = list
    }

    /// Whether a record can be produced there.
    func has(_ topic: String, partition: Int32?) async -> Bool {
        if self.partitionCounts[topic] == nil { await self.refresh() }
        guard let count = self.partitionCounts[topic] else { return false }
        guard let partition else { return true }
        return partition >= 0 && Int(partition) < count
    }

    /// How many partitions a topic has; `nil` when it is not known.
    func partitionCount(of topic: String) async -> Int? {
        if self.partitionCounts[topic] == nil { await self.refresh() }
        return self.partitionCounts[topic]
    }

    private func refresh() async {
        let now = ContinuousClock.now
        if let last = self.lastRefresh, now - last < Self.refreshInterval { return }
        self.lastRefresh = now
        do throws(KafkaError) {
            let topics = try await self.list()
            self.partitionCounts = Dictionary(
                topics.map { ($0.name, $0.partitionCount) },
                uniquingKeysWith: { first, _ in first }
            )
        } catch {
            // Without an answer nothing new is known; the reply goes to the results topic, where it is not lost.
        }
    }
}
