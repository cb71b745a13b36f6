import Kafka
import Logging
import Records
import Topics

/// What the group has committed, and whether the log is still the one that it was learnt from.
extension CommandWorker {
    /// For so long all logs are looked at; those that were not are believed.
    private static let lookLimit: Duration = .seconds(5)

    /// Reads committed offsets with the facts that tell one log from another.
    ///
    /// - Throws: ``KafkaError`` when the committed offsets cannot be read; a log that cannot be looked at only leaves
    ///   its facts out.
    func positions(
        of partitions: [TopicPartition],
        _ consumer: Consumer
    ) async throws(KafkaError) -> [CommittedPosition] {
        var positions = try await consumer.committed(partitions).map { CommittedPosition(committed: $0) }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.lookLimit
        do throws(KafkaError) {
            for index in positions.indices where positions[index].committed.offset != nil && clock.now < deadline {
                let rest = max(.zero, deadline - clock.now)
                positions[index].ends = try await consumer.watermarks(
                    of: positions[index].topicPartition,
                    timeout: rest
                )
            }
            try await self.compare(&positions, until: deadline, clock)
        } catch {
            self.repeated.log(
                .warning,
                "Logs could not be looked at; committed offsets believed",
                metadata: ["error": "\(error)"]
            )
        }
        return positions
    }

    /// Looks at the record before each committed offset whose metadata tells of it.
    private func compare(
        _ positions: inout [CommittedPosition],
        until deadline: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async throws(KafkaError) {
        var open: [TopicPartition: Int] = [:]
        for (index, position) in positions.enumerated() {
            guard let progress = position.progress, progress.fingerprint != nil, let ends = position.ends else {
                continue
            }
            if ends.low < progress.offset, progress.offset <= ends.high { open[position.topicPartition] = index }
        }
        guard !open.isEmpty else { return }
        let reader = try PartitionReader(self.settings.kafka, log: self.kafkaLog)
        try await reader.read(
            from: open.map { partition, index in
                PartitionOffset(partition, offset: positions[index].progress.map { $0.offset - 1 })
            }
        )
        while !open.isEmpty, clock.now < deadline {
            for reading in try await reader.next(limit: 100, within: max(.zero, deadline - clock.now)) {
                switch reading {
                case .record(let record):
                    guard let index = open.removeValue(forKey: record.topicPartition) else { continue }
                    positions[index].compare(with: record)
                case .caughtUp(let partition, let offset):
                    guard let index = open.removeValue(forKey: partition) else { continue }
                    positions[index].caughtUp(at: offset)
                case .failed(let error):
                    self.logger.debug("Reading a log's last record failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
