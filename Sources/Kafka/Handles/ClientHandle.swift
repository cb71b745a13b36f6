import Blocking
import CLibrdkafka
import Dispatch
import Records

/// Owns a librdkafka client and what its callbacks point to.
///
/// Made in two steps that cannot leak: the context is retained only once the client exists, and released only after
/// `rd_kafka_destroy` has joined every thread that could still call back.
///
/// That call has no end while anything refers to the client. A consumer that has read a partition which is gone from
/// the cluster refers to itself, before librdkafka 2.1 always (github.com/confluentinc/librdkafka/pull/4187) and before
/// 2.6.1 while records of it are queued (CHANGELOG.md). So the call is made on a thread of its own, waited for up to a
/// deadline, and past that left alone.
@safe struct ClientHandle<Context: ClientContext>: ~Copyable {
    /// What a client needs at most to join its threads when nothing holds it up: a second each, at the same time.
    private static var destroyLimit: DispatchTimeInterval { .seconds(5) }

    let pointer: OpaquePointer
    /// What the callbacks find as their opaque value.
    let context: Context

    /// Makes a client whose callbacks get `context`.
    ///
    /// - Throws: librdkafka's own sentence about the first property that it does not take.
    init(
        _ kind: rd_kafka_type_t,
        context: Context,
        properties: [(String, String)],
        register: (OpaquePointer) -> Void
    ) throws(KafkaError) {
        let configuration = ConfigurationHandle()
        for (name, value) in properties { try configuration.set(name, value) }
        unsafe configuration.withPointer { pointer in
            unsafe rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(context).toOpaque())
            unsafe register(pointer)
        }
        unsafe self.pointer = try configuration.makeClient(kind)
        self.context = context
    }

    /// Asks the leader for the ends of a partition's log, for at most `timeout`.
    borrowing func watermarks(of partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Watermarks {
        var (low, high): (Int64, Int64) = (0, 0)
        let code = unsafe rd_kafka_query_watermark_offsets(
            self.pointer,
            partition.topic,
            partition.partition,
            &low,
            &high,
            timeout.wholeMilliseconds
        )
        try self.check(code)
        return Watermarks(low: max(low, 0), high: max(high, 0))
    }

    /// Throws a response code, with the cause that the client's log has told: every call of this client ends here.
    borrowing func check(_ code: rd_kafka_resp_err_t, _ text: String? = nil) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw self.context.explained(KafkaError(code, text))
    }

    /// Throws and destroys an error object, likewise.
    borrowing func check(error: OpaquePointer?) throws(KafkaError) {
        guard let error = unsafe error else { return }
        throw self.context.explained(unsafe KafkaError(consuming: error))
    }

    deinit {
        if self.context.isAbandoned {
            // The client's threads continue to run, so what their callbacks point to must live on.
            _ = unsafe Unmanaged.passRetained(self.context)
            return
        }
        let client = unsafe AbandonedClient(pointer: self.pointer, context: self.context)
        if !client.destroy(within: Self.destroyLimit) {
            let line = "librdkafka did not finish destroying a client; it is left as it is"
            self.context.log(KafkaLogLine(severity: 4, facility: "DESTROY", message: line))
        }
    }
}

/// A client that is no longer used and is being destroyed.
@safe private struct AbandonedClient: @unchecked Sendable {
    // @unchecked: the one thread that destroys it is its only user.
    let pointer: OpaquePointer
    let context: ClientContext

    /// Destroys it; `false` if that did not come to its end in time, and may yet.
    func destroy(within limit: DispatchTimeInterval) -> Bool {
        let group = DispatchGroup()
        DispatchQueue(label: "kafka.destroy").async(group: group) {
            unsafe rd_kafka_destroy(self.pointer)
            // Every thread of the client is joined: nothing can call back any more, and the context may go.
            withExtendedLifetime(self.context) {}
        }
        return group.wait(timeout: .now() + limit) == .success
    }
}

/// The one thread on which a client's blocking calls are made, in order.
///
/// `await` them: the caller is suspended, not blocked.
actor BlockingCalls {
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe self.executor.asUnownedSerialExecutor() }

    init(label: String) {
        self.executor = BlockingExecutor(label: label)
    }

    func run<R: Sendable>(_ body: @Sendable () throws(KafkaError) -> R) throws(KafkaError) -> R {
        try body()
    }
}
