import Kafka
import KafkaFaults
import Records
import Synchronization
import Testing

/// Two members of a group, by either protocol of rebalancing.
@Suite(.timeLimit(.minutes(2))) struct AssignmentTests {
    private static let all = Set((0..<4).map { TopicPartition(topic: "commands", partition: $0) })

    @Test(arguments: ["range", "roundrobin", "cooperative-sticky"])
    func `a second member gets its share, and all of it once the first has gone`(strategy: String) async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 4)
        let properties = ["partition.assignment.strategy": strategy]
        let lines = Mutex<[String]>([])
        let first = try GroupReader(
            cluster,
            group: "g",
            topics: ["commands"],
            properties: properties.merging(["debug": "cgrp"]) { $1 }
        ) { line in lines.withLock { $0.append(line.message) } }
        #expect(try await Set(first.assignment()) == Self.all)

        let second = try GroupReader(cluster, group: "g", topics: ["commands"], properties: properties)
        let (kept, gained) = try await withThrowingTaskGroup(of: Set<TopicPartition>.self) { group in
            group.addTask {
                var kept = Self.all
                try await first.follow { event in
                    switch event {
                    case .assigned(let partitions): kept.formUnion(partitions)
                    case .revoked(let partitions), .lost(let partitions): kept.subtract(partitions)
                    case .record, .failed, .statistics: break
                    }
                    return false
                }
                return kept
            }
            var gained: Set<TopicPartition> = []
            while gained.isEmpty { gained = try await Set(second.assignment()) }
            // The first member may still be answering: its last word is there once it owns two.
            group.cancelAll()
            return (try await group.next() ?? [], gained)
        }
        #expect(gained.count == 2)
        #expect(kept.isDisjoint(with: gained))

        await first.consumer.close()
        // Gone because it said so, not when its session times out, which the broker would turn into the same
        // assignment.
        #expect(lines.withLock { $0.contains { $0.contains("LeaveGroup response received") } })
        var owned = gained
        try await second.follow { event in
            switch event {
            case .assigned(let partitions): owned.formUnion(partitions)
            case .revoked(let partitions): owned.subtract(partitions)
            case .record, .failed, .lost, .statistics: break
            }
            return owned == Self.all
        }
        await second.consumer.close()
    }

    @Test func `a group that does not let a member in says why, and it asks again by itself`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 4)
        // INCONSISTENT_GROUP_PROTOCOL, to JoinGroup.
        cluster.failNext(request: 11, with: [23])
        let reader = try GroupReader(cluster, group: "g", topics: ["commands"])
        var errors: [KafkaError] = []
        var assigned: [TopicPartition] = []
        try await reader.follow { event in
            if case .failed(let error) = event { errors.append(error) }
            if case .assigned(let partitions) = event { assigned += partitions }
            return !assigned.isEmpty
        }
        #expect(errors.map(\.name) == ["INCONSISTENT_GROUP_PROTOCOL"])
        #expect(errors.first?.message.hasPrefix("JoinGroup failed") == true, "\(errors)")
        #expect(Set(assigned) == Self.all)
        await reader.consumer.close()
    }

    @Test func `a member whose session ran out is told that its partitions are lost`() async throws {
        let cluster = try EmbeddedCluster()
        try cluster.createTopic("commands", partitions: 4)
        let reader = try GroupReader(
            cluster,
            group: "g",
            topics: ["commands"],
            properties: ["max.poll.interval.ms": "3000", "statistics.interval.ms": "10000"]
        )
        try await reader.assignment()
        // Nobody polls until the wake-up that tells of it.
        var errors: [String] = []
        var lost: Set<TopicPartition> = []
        try await reader.follow { event in
            if case .failed(let error) = event { errors.append(error.name) }
            if case .lost(let partitions) = event { lost.formUnion(partitions) }
            return !lost.isEmpty
        }
        #expect(errors == ["_MAX_POLL_EXCEEDED"])
        #expect(lost == Self.all)
        // It joins again by itself.
        #expect(try await Set(reader.assignment()) == Self.all)
        await reader.consumer.close()
    }
}
