import Kafka
import Records

@testable import CommandWorker

/// The consumer that a worker holds: partitions, positions, and events of the group that it answers one at a time.
extension SimulatedWorker {
    /// Whether no rebalance concerns it just now.
    var isIdle: Bool { self.isAlive && self.unanswered == nil && self.events.isEmpty && !self.hasLost }

    func push(_ event: ConsumerEvent) {
        self.events.append(event)
        if case .assigned(let partitions) = event { self.held.formUnion(partitions) }
        self.ring()
    }

    /// The coordinator has thrown it out, and it finds out now.
    func learnsLoss() {
        guard self.isAlive, !self.simulation.group.isMember(self) else { return }
        guard self.unanswered == nil else {
            self.hasLost = true
            return
        }
        self.hasLost = false
        // What was never delivered never happened.
        for case .assigned(let partitions) in self.events { self.held.subtract(partitions) }
        self.events = []
        if self.held.isEmpty {
            self.simulation.group.join(self)
        } else {
            self.push(.lost(self.held.sorted()))
        }
    }

    var readable: [TopicPartition] {
        self.positions.keys.sorted().filter { partition in
            guard !self.paused.contains(partition), let position = self.positions[partition],
                let commands = self.simulation.log.partitions[partition], position < commands.count
            else { return false }
            return commands[position].visibleFrom <= self.simulation.now
        }
    }

    func poll(_ limit: Int) -> [ConsumerEvent] {
        var polled: [ConsumerEvent] = []
        self.passDeleted()
        let bound = Int.random(in: 1...min(limit, 40), using: &self.simulation.random)
        let hasEvent = self.unanswered == nil && !self.events.isEmpty
        while polled.count < bound - (hasEvent ? 1 : 0), let partition = self.simulation.pick(self.readable) {
            guard let position = self.positions[partition], let commands = self.simulation.log.partitions[partition]
            else { break }
            polled.append(.record(commands[position].record))
            self.positions[partition] = position + 1
        }
        if hasEvent {
            let event = self.events.removeFirst()
            self.unanswered = event
            polled.append(event)
        }
        return polled
    }

    /// What was deleted is not there: the client goes to where the log starts.
    private func passDeleted() {
        for (partition, position) in self.positions {
            guard let start = self.simulation.log.starts[partition] else { continue }
            self.positions[partition] = max(position, self.simulation.log.index(in: partition, from: start))
        }
    }

    func assign(_ offsets: [PartitionOffset]) {
        guard case .assigned(let partitions)? = self.unanswered, partitions == offsets.map(\.topicPartition) else {
            return self.simulation.complain("an assignment that nobody asked for")
        }
        self.unanswered = nil
        for entry in offsets {
            let log = self.simulation.log
            let isAsRead = self.readEpochs[entry.topicPartition] == log.epochs[entry.topicPartition]
            // A pause outlives the assignment, as librdkafka's do.
            self.positions[entry.topicPartition] =
                isAsRead ? log.index(in: entry.topicPartition, from: entry.offset) : 0
        }
        self.afterAnswer()
    }

    func release(_ partitions: [TopicPartition]) {
        let wasLost: Bool
        switch self.unanswered {
        case .revoked(partitions): wasLost = false
        case .lost(partitions): wasLost = true
        default: return self.simulation.complain("a release that nobody asked for")
        }
        self.unanswered = nil
        self.held.subtract(partitions)
        for partition in partitions { self.positions[partition] = nil }
        if wasLost {
            self.simulation.group.join(self)
        } else {
            self.simulation.group.released(partitions, by: self)
        }
        self.afterAnswer()
    }

    private func afterAnswer() {
        if self.hasLost { self.learnsLoss() }
        self.ring()
    }

    /// librdkafka finds itself beyond the end of a log that began anew, and goes back to its beginning.
    func logRestarted(_ partition: TopicPartition) {
        if self.positions[partition] != nil { self.positions[partition] = 0 }
        self.ring()
    }

    func pause(_ partitions: [TopicPartition]) { self.paused.formUnion(partitions) }

    func resume(_ partitions: [TopicPartition]) {
        self.paused.subtract(partitions)
        self.ring()
    }
}
