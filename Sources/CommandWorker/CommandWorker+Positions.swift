import Kafka
import Ledger
import Logging
import Records
import Topics
import WorkerLogging

/// What the group has committed, and whether the log is still the one that it was learnt from.
extension CommandWorker {
    /// The time for looking at all logs; those that were not reached are believed.
    private static let lookLimit: Duration = .seconds(5)
    /// Between two looks at whether the worker ends meanwhile.
    private static let lookStep: Duration = .milliseconds(200)

    /// Reads committed offsets with the completed sets that the ledger keeps for them, and the facts that tell one log
    /// from another.
    ///
    /// - Throws: ``KafkaError`` when the offsets or the sets cannot be read; a log that cannot be looked at only leaves
    ///   its facts out.
    func positions(
        of partitions: [TopicPartition],
        _ consumer: Consumer
    ) async throws(KafkaError) -> [CommittedPosition] {
        var positions: [CommittedPosition] = []
        for committed in try await consumer.committed(partitions) {
            positions.append(CommittedPosition(committed: committed, spilled: try await self.spilledSet(of: committed)))
        }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.lookLimit
        do throws(KafkaError) {
            for index in positions.indices where clock.now < deadline {
                let rest = max(.zero, deadline - clock.now)
                positions[index].ends = try await consumer.watermarks(
                    of: positions[index].topicPartition,
                    timeout: rest
                )
            }
            try await self.compare(&positions, until: deadline, clock)
            self.troubles.end(.logs)
        } catch {
            self.troubles.tell(.warning, .logs, [LogKey.error: "\(error)"])
        }
        return positions
    }

    /// What the ledger keeps for a committed offset; `nil` for nothing.
    private func spilledSet(of committed: PartitionOffset) async throws(KafkaError) -> [UInt8]? {
        guard let offset = committed.offset, let place = OffsetMetadata.place(committed.metadata, at: offset) else {
            return nil
        }
        do throws(LedgerError) {
            return try await self.ledger.spilledSet(
                at: .init(
                    group: self.settings.group,
                    topicPartition: committed.topicPartition,
                    writer: place.writer,
                    slot: place.slot
                )
            )
        } catch {
            throw KafkaError(ledger: error)
        }
    }

    /// Keeps the completed sets that have no room beside their offsets, then publishes.
    func publish(
        _ batch: CommitBatch,
        _ publisher: any ResultPublisher,
        as member: ConsumerGroupMetadata,
        at moment: UnixMilliseconds
    ) async -> PublishOutcome {
        guard !batch.spilled.isEmpty else { return await publisher.publish(batch, as: member) }
        do throws(LedgerError) {
            try await self.ledger.keep(
                batch.spilled.map { spilled in
                    SpilledSet(
                        place: .init(
                            group: self.settings.group,
                            topicPartition: spilled.topicPartition,
                            writer: spilled.place.writer,
                            slot: spilled.place.slot
                        ),
                        text: spilled.text,
                        origin: spilled.origin,
                        keptAt: moment
                    )
                }
            )
        } catch {
            return .failed(KafkaError(ledger: error), unpublished: nil)
        }
        return await publisher.publish(batch, as: member)
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
            // At the log's start there is something to believe only if anything is complete beyond it.
            let isBeyondStart = ends.low < progress.offset || ends.low == progress.offset && !progress.completed.isEmpty
            if isBeyondStart, progress.offset <= ends.high { open[position.topicPartition] = index }
        }
        let offsets = open.compactMapValues { index in positions[index].progress.map { max(0, $0.offset - 1) } }
        for (partition, reading) in try await self.firstReadings(from: offsets, until: deadline, clock) {
            guard let index = open[partition] else { continue }
            switch reading {
            case .record(let record): positions[index].compare(with: record)
            case .caughtUp(_, let offset): positions[index].caughtUp(at: offset)
            case .failed: break
            }
        }
    }

    /// Looks at the anchors of logs; what cannot be read is left out.
    func look(at anchors: [TopicPartition: LogAnchors.Anchor]) async -> [TopicPartition: KafkaRecord] {
        let clock = ContinuousClock()
        do throws(KafkaError) {
            return try await self.firstReadings(
                from: anchors.mapValues(\.offset),
                until: clock.now + Self.lookLimit,
                clock
            )
            .compactMapValues { reading in if case .record(let record) = reading { record } else { nil } }
        } catch {
            self.logger.debug("Logs could not be looked at", metadata: ["error": "\(error)"])
            return [:]
        }
    }

    /// Reads of each partition the first record from an offset on, or that there is none.
    private func firstReadings(
        from offsets: [TopicPartition: Int64],
        until deadline: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async throws(KafkaError) -> [TopicPartition: PartitionReading] {
        var found: [TopicPartition: PartitionReading] = [:]
        guard !offsets.isEmpty else { return found }
        let reader = try PartitionReader(self.kafka, log: self.kafkaLog)
        try await reader.read(from: offsets.map { PartitionOffset($0.key, offset: $0.value) })
        while found.count < offsets.count, clock.now < deadline, !Task.isCancelled {
            let wait = min(Self.lookStep, max(.zero, deadline - clock.now))
            for reading in try await reader.next(limit: 100, within: wait) {
                switch reading {
                case .record(let record) where found[record.topicPartition] == nil:
                    found[record.topicPartition] = reading
                case .caughtUp(let partition, _) where found[partition] == nil:
                    found[partition] = reading
                case .record, .caughtUp:
                    break
                case .failed(let error):
                    self.logger.debug("Reading a log's last record failed", metadata: ["error": "\(error)"])
                }
            }
        }
        return found
    }
}

extension KafkaError {
    /// What the ledger could not keep or find of offsets.
    fileprivate init(ledger error: LedgerError) {
        self.init(code: .application, name: "_LEDGER", message: error.message, disposition: .retry)
    }
}
