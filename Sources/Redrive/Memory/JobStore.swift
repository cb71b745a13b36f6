import CustomerContract
package import Kafka
package import Records

/// Keeps a topic's ``JobRecord`` and ``SentBack`` in the cluster, and sends what goes back, both in one transaction.
///
/// Every transaction moves the record's beat. So after an unknown outcome the record shows what happened: it has the
/// beat of the transaction or not.
///
/// All names in the cluster begin with `customer-worker.redrive.`, so that one prefixed rule of an access list covers
/// them.
package actor JobStore {
    /// The outcome of a transaction.
    package enum Outcome: Sendable {
        /// It is committed; the positions of the records by their index, as far as they are known.
        case committed([Int: RecordPosition])
        /// The records themselves were refused; nothing is committed.
        case refused(KafkaError)
        /// Nothing is committed, and another attempt may succeed.
        case aborted(KafkaError)
        /// Another process has the topic.
        case takenOver
        /// Nothing is committed, and another attempt would fail too.
        case failed(KafkaError)
    }

    /// What the job group holds.
    package struct Found: Sendable {
        /// The last job's record.
        package let record: JobRecord?
        /// The ends of that job, by partition of the dead-letter topic.
        package let ends: [TopicPartition: Int64]
        /// The ends of the results topic when it began.
        package let results: [TopicPartition: Int64]
    }

    /// One for all jobs of the topic, and the stem of the groups' names.
    ///
    /// The process that takes it fences the one before.
    private let transactionalID: String
    private let admin: Admin
    private let producer: TransactionalProducer

    /// Prepares for a dead-letter topic; takes nothing yet.
    package init(
        _ client: ClientProperties,
        deadLetterTopic: String,
        log: @escaping KafkaLogSink
    ) throws(KafkaError) {
        let id = "customer-worker.redrive.\(deadLetterTopic)"
        self.transactionalID = id
        self.admin = try Admin(client, log: log)
        self.producer = TransactionalProducer { () throws(KafkaError) in
            try Producer(ProducerSettings(client: client, transactionalID: id, reportsPositions: true), log: log)
        }
    }

    /// The group that holds the job's record: its offsets are the ends at which the job stops.
    private var jobGroup: String { "\(self.transactionalID).job" }

    /// The group that holds a page of ``SentBack``.
    private func pageGroup(_ page: Int64) -> String { "\(self.transactionalID).sent.\(page)" }

    // MARK: Reading

    /// What the cluster remembers of the last job.
    ///
    /// A partition of the results topic that the group does not know reads as absent.
    package func find(_ partitions: [TopicPartition], results: [TopicPartition]) async throws(KafkaError) -> Found {
        let offsets = try await self.admin.offsets(of: self.jobGroup, for: partitions + results)
        let first = offsets.first { $0.topicPartition == partitions.first }
        let known = Dictionary(
            offsets.compactMap { entry in entry.offset.map { (entry.topicPartition, $0) } },
            uniquingKeysWith: { $1 }
        )
        let resultSet = Set(results)
        return Found(
            record: first.flatMap { JobRecord(decoding: $0.metadata) },
            ends: known.filter { !resultSet.contains($0.key) },
            results: known.filter { resultSet.contains($0.key) }
        )
    }

    /// What has been sent back of these ranges.
    package func sentBack(of ranges: [TopicPartition: Range<Int64>]) async throws(KafkaError) -> SentBack {
        var sentBack = SentBack()
        for (page, partitions) in SentBack.pageNumbers(of: ranges) {
            let offsets = try await self.admin.offsets(of: self.pageGroup(page), for: partitions)
            for offset in offsets { sentBack.read(offset) }
        }
        return sentBack
    }

    // MARK: Writing

    /// Takes the topic: the process that had it is fenced, and its open transaction is aborted.
    package func take() async throws(KafkaError) {
        _ = try await self.producer.current()
    }

    /// Sends records back and remembers them, in one transaction.
    ///
    /// - Parameters:
    ///   - pages: ``SentBack/pages(holding:of:)`` with the batch in it.
    ///   - job: offsets of the job group; the first partition's carries the record.
    package func commit(
        _ records: [ProducerRecord],
        pages: [Int64: [PartitionOffset]],
        job: [PartitionOffset],
        record: JobRecord
    ) async -> Outcome {
        var isCommitting = false
        do throws(KafkaError) {
            let producer = try await self.producer.current()
            _ = await producer.takePositions()
            try await producer.beginTransaction()
            try await producer.enqueue(records)
            for (page, offsets) in pages.sorted(by: { $0.key < $1.key }) {
                let group = ConsumerGroupMetadata(memberless: self.pageGroup(page))
                try await producer.sendOffsets(offsets, of: group)
            }
            try await producer.sendOffsets(job, of: ConsumerGroupMetadata(memberless: self.jobGroup))
            isCommitting = true
            try await producer.commitTransaction(attempts: 3)
            let positions = await producer.takePositions()
            return .committed(
                positions.compactMapValues { place in
                    place.offset.map {
                        RecordPosition(
                            topic: place.topicPartition.topic,
                            partition: place.topicPartition.partition,
                            offset: $0
                        )
                    }
                }
            )
        } catch {
            return await self.recover(from: error, isCommitting: isCommitting, job: job, record: record)
        }
    }

    private func recover(
        from error: KafkaError,
        isCommitting: Bool,
        job: [PartitionOffset],
        record: JobRecord
    ) async -> Outcome {
        if error.isFenced { return .takenOver }
        switch await self.producer.end(after: error, isCommitting: isCommitting) {
        case .aborted: return Self.outcome(of: error)
        case .fenced: return .takenOver
        case .leftOpen, .unknown: break
        }
        do {
            _ = try await self.producer.current()
            let found = try await self.find(job.map(\.topicPartition), results: []).record
            // Another process may have had the topic in between, and sent what this one does not know of.
            guard found?.id == record.id, found?.owner == record.owner else { return .takenOver }
            return found?.beat == record.beat ? .committed([:]) : Self.outcome(of: error)
        } catch {
            return error.isFenced ? .takenOver : .failed(error)
        }
    }

    /// The outcome of a transaction that is known not to be committed.
    private static func outcome(of error: KafkaError) -> Outcome {
        if error.isTooLarge { return .refused(error) }
        return error.disposition == .permanent ? .failed(error) : .aborted(error)
    }
}
