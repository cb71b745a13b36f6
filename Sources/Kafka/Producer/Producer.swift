import Blocking
import CLibrdkafka
import Dispatch
package import Records

/// An idempotent producer, with transactions if it has a transactional id.
///
/// ```swift
/// let failures = try await producer.send(records)          // at least once
///
/// try await producer.initTransactions()                     // exactly once
/// try await producer.beginTransaction()
/// try await producer.enqueue(records)
/// try await producer.sendOffsets(offsets, of: metadata)
/// try await producer.commitTransaction()
/// ```
///
/// Its calls block librdkafka's way on a thread of the producer's own, one after the other. After an error whose
/// disposition is `fatal` or `unknownOutcome` the instance is thrown away.
@safe package actor Producer {
    let client: ClientHandle<ProducerContext>
    private let executor: BlockingExecutor
    /// Where the one call is made that librdkafka does not bring back in time.
    private let offsetsQueue = DispatchQueue(label: "kafka.producer.offsets")
    private var hasTransactionalID = false

    /// Runs on the producer's own thread: its calls block no other thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe self.executor.asUnownedSerialExecutor() }

    /// Connects, and checks every property.
    ///
    /// - Throws: ``KafkaError`` that names the property which librdkafka does not take.
    package init(_ settings: ProducerSettings, log: @escaping KafkaLogSink) throws(KafkaError) {
        self.executor = BlockingExecutor(label: "kafka.producer.\(settings.transactionalID ?? "idempotent")")
        self.client = unsafe try ClientHandle(
            RD_KAFKA_PRODUCER,
            context: ProducerContext(log: log, reportsPositions: settings.reportsPositions),
            properties: settings.properties()
        ) { configuration in
            unsafe ClientContext.register(configuration)
            unsafe ClientContext.registerErrors(configuration)
            unsafe ProducerContext.registerReports(configuration)
        }
    }

    /// Sends records and waits until each is acknowledged by all in-sync replicas or has failed permanently.
    ///
    /// Returns the failures by index, none when all are acknowledged. What failed may be sent again: what was
    /// acknowledged must not be, or the topic has it twice.
    /// - Throws: ``KafkaError`` when the producer is of no more use, or the records' timeout (`message.timeout.ms`)
    ///   cannot be waited for.
    ///
    /// - Parameter plan: what goes apart, and which records are waited for no longer than a while; those fail with
    ///   `_TIMED_OUT`, and the producer is to be thrown away then, since they may still be on their way.
    package func send(_ records: [ProducerRecord], plan: ProducePlan = .plain) throws(KafkaError) -> [Int: KafkaError] {
        _ = self.client.context.takeFailures()
        self.client.context.watch(plan.watched)
        var (barriers, watched) = (plan.barriers[...], plan.watched[...])
        var refused: [Int: KafkaError] = [:]
        for (index, record) in records.enumerated() {
            if barriers.first == index {
                barriers.removeFirst()
                try self.flush()
            }
            do {
                try self.produce(record, mark: Self.mark(index, &watched))
            } catch  where error.disposition == .fatal {
                throw error
            } catch {
                refused[index] = error
            }
        }
        if !plan.watched.isEmpty { try self.giveUpLate(after: plan.limit, &refused) }
        try self.flush()
        if let error = self.fatalError() { throw error }
        return refused.merging(self.client.context.takeFailures()) { first, _ in first }
    }

    /// Takes the transactional id: an older instance of the same id is fenced, its open transaction aborted.
    ///
    /// Does nothing when this instance has it. In slices, so that a cancelled task does not wait for brokers that are
    /// away: librdkafka continues meanwhile, and the next call resumes (rdkafka.h, `rd_kafka_init_transactions`).
    package func initTransactions(timeout: Duration = .seconds(30)) throws(KafkaError) {
        let end = ContinuousClock.now + timeout
        while !self.hasTransactionalID {
            let slice = max(.milliseconds(1), min(.milliseconds(500), end - ContinuousClock.now))
            do throws(KafkaError) {
                unsafe try self.client.check(
                    error: rd_kafka_init_transactions(self.client.pointer, slice.wholeMilliseconds)
                )
                self.hasTransactionalID = true
            } catch  where error.disposition == .retry && ContinuousClock.now < end && !Task.isCancelled {
                // What keeps the id from being had is told when the slice is over, or at once: not asked in a spin.
                _ = unsafe rd_kafka_poll(self.client.pointer, 10)
            }
        }
    }

    /// Opens a transaction.
    package func beginTransaction() throws(KafkaError) {
        unsafe try self.client.check(error: rd_kafka_begin_transaction(self.client.pointer))
        self.client.context.forgetRefusedTopics()
    }

    /// Makes offsets of the consumer's group part of the open transaction, as a member of the given generation.
    ///
    /// While no broker coordinates the group, librdkafka waits past any timeout (rdkafka_coord.c: nothing reads
    /// `creq_ts_timeout`, up to 2.15 at least). The call is then left alone: this producer, which no other call can be
    /// made of, lives until that one comes back.
    ///
    /// - Throws: ``KafkaError``; `_TIMED_OUT` with the disposition `fatal` when the call was left alone, two seconds
    ///   after the timeout.
    package func sendOffsets(
        _ offsets: [PartitionOffset],
        of group: ConsumerGroupMetadata,
        timeout: Duration = .seconds(30)
    ) throws(KafkaError) {
        let call = unsafe OffsetsCall(
            self.client.pointer,
            of: self,
            offsets: offsets,
            group: group,
            timeout: timeout
        )
        let isBack = DispatchGroup()
        self.offsetsQueue.async(group: isBack) { call.make() }
        let limit = DispatchTimeInterval.milliseconds(Int(timeout.wholeMilliseconds) + 2_000)
        guard isBack.wait(timeout: .now() + limit) == .success else {
            throw KafkaError(
                RD_KAFKA_RESP_ERR__TIMED_OUT,
                "the group's coordinator did not take offsets within \(timeout); the producer is of no more use",
                disposition: .fatal
            )
        }
        if let error = call.error { throw self.client.context.explained(error) }
    }

    /// Flushes and commits.
    ///
    /// The timeout is librdkafka's own: what is left of `transaction.timeout.ms` (rdkafka.h,
    /// `rd_kafka_commit_transaction`: −1 is what its manual recommends).
    package func commitTransaction() throws(KafkaError) {
        unsafe try self.client.check(error: rd_kafka_commit_transaction(self.client.pointer, -1))
    }

    /// Aborts the open transaction and drops what was enqueued.
    ///
    /// - Parameter timeout: `nil` for what is left of `transaction.timeout.ms`.
    /// - Throws: ``KafkaError``, among others one to retry when time runs out: then the call may be repeated, or the
    ///   producer thrown away, whose successor's ``initTransactions(timeout:)`` aborts the transaction too.
    package func abortTransaction(timeout: Duration? = nil) throws(KafkaError) {
        defer { _ = self.client.context.takeFailures() }
        unsafe try self.client.check(
            error: rd_kafka_abort_transaction(self.client.pointer, timeout?.wholeMilliseconds ?? -1)
        )
    }

    /// Whether a record of the open transaction was refused, as far as the broker has answered.
    package func hasRefusedRecords() -> Bool {
        // Serves the delivery reports that wait.
        _ = unsafe rd_kafka_poll(self.client.pointer, 0)
        return self.client.context.hasFailures
    }

    /// The positions of the last batch's records, by their index in it; empty unless
    /// ``ProducerSettings/reportsPositions``.
    ///
    /// Complete once the batch is sent or its transaction is committed; an aborted record has a place too, which no
    /// reader of committed records sees. Taking them forgets them.
    package func takePositions() -> [Int: PartitionOffset] {
        self.client.context.takePositions()
    }

    /// The first error that made this instance useless, if there was one.
    package func fatalError() -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let count = text.count
        let code = unsafe rd_kafka_fatal_error(self.client.pointer, &text, count)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, disposition: .fatal)
    }

    func produce(_ record: ProducerRecord, mark: Int) throws(KafkaError) {
        while true {
            let code = unsafe Self.tryProduce(record, mark: mark, on: self.client.pointer)
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                return
            case RD_KAFKA_RESP_ERR__QUEUE_FULL:
                // Serves reports for at most 100 ms, which makes room; the queue empties or its records time out.
                _ = unsafe rd_kafka_poll(self.client.pointer, 100)
            default:
                throw self.client.context.explained(KafkaError(code))
            }
        }
    }

    private static func tryProduce(
        _ record: ProducerRecord,
        mark: Int,
        on client: OpaquePointer
    ) -> rd_kafka_resp_err_t {
        let headers = unsafe Self.headers(record.headers)
        let code = unsafe Self.withBytes(record.keyBytes) { key in
            unsafe Self.withBytes(record.valueBytes) { value in
                unsafe cw_produce(
                    client,
                    record.topic,
                    record.partition ?? -1,
                    key.start,
                    key.count,
                    value.start,
                    value.count,
                    record.timestamp?.value ?? 0,
                    headers,
                    UnsafeMutableRawPointer(bitPattern: mark)
                )
            }
        }
        // On success the headers are librdkafka's, on failure still ours (rdkafka.h, `rd_kafka_producev`).
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, let headers = unsafe headers {
            unsafe rd_kafka_headers_destroy(headers)
        }
        return code
    }

    private func flush() throws(KafkaError) {
        // In slices, so that a fatal error ends the wait: librdkafka would wait for records that it can no longer send.
        while true {
            let code = unsafe rd_kafka_flush(self.client.pointer, 500)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            if code != RD_KAFKA_RESP_ERR__TIMED_OUT { try self.client.check(code) }
            if let error = self.fatalError() { throw error }
        }
    }

    private static func headers(_ headers: RecordHeaders) -> OpaquePointer? {
        guard !headers.isEmpty, let list = unsafe rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            unsafe Self.withBytes(header.bytes) { value in
                _ = unsafe rd_kafka_header_add(list, header.name.text, -1, value.start, value.count)
            }
        }
        return unsafe list
    }

    /// Lends bytes to C for one call: a null pointer for `nil`, but never for an empty value, which Kafka tells apart.
    private static func withBytes<R>(
        _ bytes: ArraySlice<UInt8>?,
        _ body: ((start: UnsafeRawPointer?, count: Int)) -> R
    ) -> R {
        guard let bytes else { return unsafe body((nil, 0)) }
        guard !bytes.isEmpty else { return unsafe withUnsafeBytes(of: 0 as UInt8) { unsafe body(($0.baseAddress, 0)) } }
        return unsafe bytes.withUnsafeBytes { unsafe body(($0.baseAddress, $0.count)) }
    }
}
