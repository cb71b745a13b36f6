/// The producer that has a transactional id, and its replacement after an error.
///
/// One instance at a time takes the id, since a second one would fence the first. An instance that is of no more use is
/// thrown away, and the next one takes the id; that makes the brokers finish or abort what the last one left open.
package actor TransactionalProducer {
    /// What is known of a transaction that failed.
    package enum Ending: Sendable, Hashable {
        /// It is aborted, and the next one can begin.
        case aborted
        /// It is not committed; the brokers abort it when the next instance takes the id.
        case leftOpen
        /// It is not committed, and another process has the id.
        case fenced
        /// It may be committed: what is committed tells, once the next instance has taken the id.
        case unknown
    }

    private let topics: [String]
    private let abortLimit: Duration
    private let make: @Sendable () throws(KafkaError) -> Producer
    private var producer: Producer?
    private var isReady = false

    /// - Parameters:
    ///   - topics: those that are produced to, looked up ahead.
    ///   - abortLimit: how long an abort may take before the instance is thrown away instead.
    package init(
        topics: [String] = [],
        abortLimit: Duration = .seconds(5),
        make: @escaping @Sendable () throws(KafkaError) -> Producer
    ) {
        self.topics = topics
        self.abortLimit = abortLimit
        self.make = make
    }

    /// The instance that has the id; takes the id when none has it.
    package func current() async throws(KafkaError) -> Producer {
        if let producer = self.producer, self.isReady { return producer }
        let producer = if let producer = self.producer { producer } else { try self.make() }
        // Before anything is awaited: a caller that comes meanwhile waits for the same instance.
        self.producer = producer
        do throws(KafkaError) {
            try await producer.initTransactions()
        } catch {
            if self.producer === producer { self.discard() }
            throw error
        }
        await producer.lookUp(topics: self.topics)
        (self.producer, self.isReady) = (producer, true)
        return producer
    }

    /// Throws the instance away.
    package func discard() { (self.producer, self.isReady) = (nil, false) }

    /// Ends the transaction that failed with an error.
    ///
    /// - Parameter isCommitting: whether its commit had begun.
    package func end(after error: KafkaError, isCommitting: Bool) async -> Ending {
        if !error.isFenced, isCommitting ? error.disposition == .abortTransaction : error.disposition != .fatal {
            return await self.abort()
        }
        self.discard()
        return isCommitting ? .unknown : error.isFenced ? .fenced : .leftOpen
    }

    /// Aborts the open transaction, or leaves that to the next instance.
    @discardableResult
    package func abort() async -> Ending {
        // librdkafka before 2.1 counts refused records in the sequence that brokers check, so that the same producer's
        // next transaction would fail too, and repairs it by a bump of the epoch that older brokers do not know.
        guard let producer = self.producer, await !producer.hasRefusedRecords() else {
            self.discard()
            return .leftOpen
        }
        do throws(KafkaError) {
            try await producer.abortTransaction(timeout: self.abortLimit)
            return .aborted
        } catch {
            self.discard()
            return error.isFenced ? .fenced : .leftOpen
        }
    }
}
