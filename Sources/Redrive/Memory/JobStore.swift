package import Kafka
package import Records

/// Keeps a topic's ``JobRecord`` and ``LetterMarks`` in the cluster, and sends what goes back, both in one transaction.
///
/// Every transaction moves the record's beat. So after an unknown outcome the record shows what happened: it has the
/// beat of the transaction or not.
///
/// All names in the cluster begin with `customer-worker.redrive.`, so that one prefixed rule of an access list covers
/// them.
package actor JobStore {
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
    /// Whether this process has the topic.
    ///
    /// Before, what is read is only looked at, or compared with what is read then, so that it need not wait for the
    /// open transaction of a process that was killed.
    private var isTaken = false

    /// Prepares for a dead-letter topic; takes nothing yet.
    package init(_ client: ClientProperties, deadLetterTopic: String) throws(KafkaError) {
        let id = "customer-worker.redrive.\(deadLetterTopic)"
        self.transactionalID = id
        self.admin = try Admin(client, log: { _ in })
        self.producer = TransactionalProducer { () throws(KafkaError) in
            try Producer(ProducerSettings(client: client, transactionalID: id, reportsPositions: true), log: { _ in })
        }
    }

    /// The group that holds the job's record: its offsets are the ends at which the job stops.
    private var jobGroup: String { "\(self.transactionalID).job" }

    /// The two sets of ``LetterMarks``, each with the part of its groups' names.
    private enum Mark: String {
        case sentBack = "sent"
        case dismissed
    }

    /// The group that holds a page of one of the sets.
    private func pageGroup(_ mark: Mark, _ page: Int64) -> String {
        "\(self.transactionalID).\(mark.rawValue).\(page)"
    }

    // MARK: Reading

    /// What the cluster remembers of the last job.
    ///
    /// A partition of the results topic that the group does not know reads as absent.
    package func find(
        _ partitions: [TopicPartition],
        results: [TopicPartition] = []
    ) async throws(KafkaError) -> Found {
        let offsets = try await self.admin.offsets(
            of: self.jobGroup,
            for: partitions + results,
            isSettled: self.isTaken
        )
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

    /// What has been sent back or dismissed of these ranges.
    package func marks(of ranges: [TopicPartition: Range<Int64>]) async throws(KafkaError) -> LetterMarks {
        LetterMarks(
            sentBack: try await self.letters(.sentBack, of: ranges),
            dismissed: try await self.letters(.dismissed, of: ranges)
        )
    }

    private func letters(_ mark: Mark, of ranges: [TopicPartition: Range<Int64>]) async throws(KafkaError) -> LetterSet
    {
        var letters = LetterSet()
        for (page, partitions) in LetterSet.pageNumbers(of: ranges) {
            let group = self.pageGroup(mark, page)
            let offsets = try await self.admin.offsets(of: group, for: partitions, isSettled: self.isTaken)
            for offset in offsets { letters.read(offset) }
        }
        return letters
    }

    /// The number of times, a second apart, that another process's job is checked for a sign of life; its beats are two
    /// seconds apart.
    private static let looks = 6

    /// Whether the owner of a job may still run it: a process of this host that is gone does not, any other shows it by
    /// its beats.
    package func isAlive(
        _ record: JobRecord?,
        _ partitions: [TopicPartition],
        seenFrom owner: JobRecord.Owner
    ) async throws -> Bool {
        guard let record, record.state == .running, !record.owner.isGone(seenFrom: owner) else { return false }
        for _ in 0..<Self.looks {
            try await Task.sleep(for: .seconds(1))
            let now = try await self.find(partitions).record
            if now?.beat != record.beat || now?.id != record.id { return true }
        }
        return false
    }

    // MARK: Writing

    /// Takes the topic: the process that had it is fenced, and its open transaction is aborted.
    package func take() async throws(KafkaError) {
        _ = try await self.producer.current()
        self.isTaken = true
    }

    /// Sends records back and remembers them, in one transaction.
    ///
    /// - Parameters:
    ///   - pages: The pages of ``LetterMarks`` with the batch in them.
    ///   - job: offsets of the job group; the first partition's carries the record.
    package func commit(
        _ records: [ProducerRecord],
        pages: LetterMarks.Pages,
        job: [PartitionOffset],
        record: JobRecord
    ) async -> Outcome {
        var isCommitting = false
        do throws(KafkaError) {
            let positions = try await self.transact(records, pages, job, isCommitting: &isCommitting)
            return .committed(
                positions.compactMapValues { place in
                    place.offset.map { RecordPosition(place.topicPartition, offset: $0) }
                }
            )
        } catch {
            return await self.recover(from: error, isCommitting: isCommitting, job: job, record: record)
        }
    }

    /// Writes pages alone, in one transaction; it leaves the last job's record as it is.
    ///
    /// What is written does not depend on how often: after an error the operator does the same again.
    func commit(_ pages: LetterMarks.Pages) async throws(KafkaError) {
        var isCommitting = false
        do throws(KafkaError) {
            _ = try await self.transact([], pages, [], isCommitting: &isCommitting)
        } catch {
            if !error.isFenced { _ = await self.producer.end(after: error, isCommitting: isCommitting) }
            throw error
        }
    }

    private func transact(
        _ records: [ProducerRecord],
        _ pages: LetterMarks.Pages,
        _ job: [PartitionOffset],
        isCommitting: inout Bool
    ) async throws(KafkaError) -> [Int: PartitionOffset] {
        let producer = try await self.producer.current()
        _ = await producer.takePositions()
        try await producer.beginTransaction()
        try await producer.enqueue(records)
        for (mark, pages) in [(Mark.sentBack, pages.sentBack), (.dismissed, pages.dismissed)] {
            for (page, offsets) in pages.sorted(by: { $0.key < $1.key }) {
                let group = ConsumerGroupMetadata(memberless: self.pageGroup(mark, page))
                try await producer.sendOffsets(offsets, of: group)
            }
        }
        if !job.isEmpty { try await producer.sendOffsets(job, of: ConsumerGroupMetadata(memberless: self.jobGroup)) }
        isCommitting = true
        try await producer.commitTransaction(attempts: 3)
        return await producer.takePositions()
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
            let found = try await self.find(job.map(\.topicPartition)).record
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
