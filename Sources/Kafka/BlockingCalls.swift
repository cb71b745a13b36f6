import Blocking

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
