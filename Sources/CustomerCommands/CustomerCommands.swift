public import CustomerContract
import Kafka
import Synchronization

/// Sends create commands to customer-worker, and awaits what becomes of them.
///
/// ```swift
/// let commands = try CustomerCommands(CustomerCommandsSettings(brokers: "broker-1:9092", source: "sign-up"))
/// async let running: Void = commands.run()
///
/// try await commands.send(NewCustomer(externalID: "acct_8412", name: "Acme"))
/// let result = try await commands.sendAndAwaitResult(NewCustomer(externalID: "acct_8413"), timeout: .seconds(20))
///
/// commands.close()
/// try await running
/// ```
///
/// ``run()`` sends and reads for as long as it runs; without it nothing moves. Every other method may be called from
/// any task, by many at once. A command is written by an idempotent producer to all in-sync replicas, keyed by its
/// external_id, so commands of one customer keep their order.
///
/// Sending again after any error does no harm, since each external_id is created once: with the same fields the answer
/// is `replayed`.
public final class CustomerCommands: Sendable {
    private let settings: CustomerCommandsSettings
    private let clock: any Clock<Duration>
    private let log: @Sendable (String) -> Void
    private let underWay: Mutex<CommandsUnderWay>
    /// Rings when there is something to send, or it is time to look whether all is over.
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation
    private let ids = CorrelationIDs()

    /// Prepares a client; it connects when ``run()`` is called.
    ///
    /// - Parameters:
    ///   - settings: what to connect to, and the bounds.
    ///   - clock: measures the timeouts.
    ///   - log: takes lines of the Kafka client, on any thread; it must be quick.
    public init(
        _ settings: CustomerCommandsSettings,
        clock: any Clock<Duration> = ContinuousClock(),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.settings = settings
        self.clock = clock
        self.log = log
        self.underWay = Mutex(CommandsUnderWay(maximum: settings.maximumUnderWay))
        (self.bell, self.ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Sends commands and reads answers until ``close()`` was called and what was under way has ended, or the task is
    /// cancelled.
    ///
    /// May be called once. When it ends, however it does, every caller who still waits is told.
    /// - Throws: ``CustomerCommandsError`` when the settings are refused, a topic is missing, or the client cannot
    ///   continue.
    public func run() async throws {
        guard self.underWay.withLock({ $0.mayRun() }) else { throw CustomerCommandsError.closed }
        defer { self.end() }
        let sender = try CommandSender(self.settings, log: self.log)
        let answers = try await AnswerReader(self.settings, log: self.log)
        self.underWay.withLock { $0.begin() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.sendCommands(sender) }
            if let answers { group.addTask { try await self.readAnswers(answers) } }
            // One that fails ends the other.
            try await group.waitForAll()
        }
    }

    /// Sends a command and waits until the brokers have it; its result goes to whoever reads the results topic.
    ///
    /// Cancelling the task stops the waiting; the command may have been sent.
    /// - Parameters:
    ///   - customer: the customer to create.
    ///   - commandID: the command's `ce_id`, 1 to 255 bytes; one of its own without it.
    /// - Throws: ``CustomerCommandsError``, or `CancellationError`.
    @discardableResult
    public func send(_ customer: NewCustomer, commandID: String? = nil) async throws -> CommandReceipt {
        let command = try self.prepare(customer, commandID)
        try self.underWay.withLock { state throws(CustomerCommandsError) in try state.enter() }
        defer { self.leave(command) }
        // The producer reports by itself when its time is over; this is for a client that does not get that far.
        let late = CustomerCommandsError.BrokerFailure(
            name: KafkaError.Code.timedOut.name,
            message: "no word from the brokers"
        )
        let limit = self.settings.deliveryTimeout + .seconds(5)
        return try await self.within(limit, or: .notAcknowledged(command.id, late)) {
            try await self.dispatch(command)
        }
    }

    /// Sends a command and waits for its result.
    ///
    /// Cancelling the task stops the waiting; a command that was sent is carried out all the same.
    /// - Parameters:
    ///   - customer: the customer to create.
    ///   - commandID: the command's `ce_id`, 1 to 255 bytes; one of its own without it.
    ///   - timeout: how long to wait for the result, sending included.
    /// - Returns: the result, be it a created customer or a failure.
    /// - Throws: ``CustomerCommandsError``, or `CancellationError`.
    public func sendAndAwaitResult(
        _ customer: NewCustomer,
        commandID: String? = nil,
        timeout: Duration = .seconds(30)
    ) async throws -> CustomerResult {
        guard let topic = self.settings.answers.topic else { throw CustomerCommandsError.noAnswers }
        let command = try self.prepare(customer, commandID)
        let (answer, answered) = AsyncStream.makeStream(of: CommandsUnderWay.Answer.self)
        try self.underWay.withLock { state throws(CustomerCommandsError) in
            try state.enter()
            state.expect(command.correlation, answered)
        }
        defer { self.leave(command) }
        return try await self.within(timeout, or: .noResult(command.id, topic: topic, within: timeout)) {
            _ = try await self.dispatch(command)
            for await result in answer { return try result.get() }
            try Task.checkCancellation()
            throw CustomerCommandsError.closed
        }
    }

    /// Takes no more commands; ``run()`` returns when those under way have their acknowledgements and results, or their
    /// timeouts.
    ///
    /// Cancel the task of ``run()`` to stop at once.
    public func close() {
        self.underWay.withLock { $0.close() }
        self.ring.yield()
    }
}

extension CustomerCommands {
    /// Records that are acknowledged together.
    private static let batchLimit = 1_000
    /// How often a reader without answers looks whether it is over.
    private static let readingLimit = Duration.milliseconds(200)

    private func prepare(_ customer: NewCustomer, _ id: String?) throws(CustomerCommandsError) -> PreparedCommand {
        try PreparedCommand(customer, id: id, correlation: self.ids.next(), self.settings)
    }

    private func leave(_ command: PreparedCommand) {
        self.underWay.withLock { $0.leave(command) }
        self.ring.yield()
    }

    /// Hands a command to the sender, and waits for the brokers' word.
    private func dispatch(_ command: PreparedCommand) async throws -> CommandReceipt {
        let (acknowledgement, acknowledged) = AsyncStream.makeStream(of: CommandsUnderWay.Receipt.self)
        try self.underWay.withLock { state throws(CustomerCommandsError) in
            try state.put(CommandsUnderWay.Unsent(command: command, acknowledged: acknowledged))
        }
        self.ring.yield()
        for await receipt in acknowledgement { return try receipt.get() }
        try Task.checkCancellation()
        throw CustomerCommandsError.closed
    }

    private func sendCommands(_ sender: CommandSender) async throws {
        for await _ in self.bell {
            while case let batch = self.underWay.withLock({ $0.takeBatch(Self.batchLimit) }), !batch.isEmpty {
                let receipts: [CommandsUnderWay.Receipt]
                do throws(CustomerCommandsError) {
                    receipts = try await sender.send(batch.map(\.command))
                } catch {
                    // These are in no list any more, so no other code would tell their callers.
                    Self.tell(batch, Array(repeating: .failure(error), count: batch.count))
                    throw error
                }
                Self.tell(batch, receipts)
            }
            if self.underWay.withLock({ $0.isDrained }) { return }
        }
        try Task.checkCancellation()
    }

    private static func tell(_ batch: [CommandsUnderWay.Unsent], _ receipts: [CommandsUnderWay.Receipt]) {
        for (unsent, receipt) in zip(batch, receipts) {
            unsent.acknowledged.yield(receipt)
            unsent.acknowledged.finish()
        }
    }

    private func readAnswers(_ answers: AnswerReader) async throws {
        while !self.underWay.withLock({ $0.isDrained }) {
            try Task.checkCancellation()
            for answer in try await answers.next(within: Self.readingLimit) {
                // Most of a shared topic belongs to other clients, and is not even parsed.
                guard let awaited = self.underWay.withLock({ $0.takeAwaited(answer.correlation) }) else { continue }
                awaited.yield(answer.result())
                awaited.finish()
            }
        }
    }

    private func end() {
        let (unsent, awaited) = self.underWay.withLock { $0.end() }
        for one in unsent { one.acknowledged.finish() }
        for one in awaited { one.finish() }
    }

    /// Runs something with a timeout; if the client is not ready even then, that is what the error says.
    private func within<R: Sendable>(
        _ limit: Duration,
        or late: CustomerCommandsError,
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await body() }
            group.addTask {
                try await self.clock.sleep(for: limit)
                throw self.underWay.withLock { $0.isReady } ? late : CustomerCommandsError.notRunning
            }
            guard let first = try await group.next() else { throw CustomerCommandsError.closed }
            return first
        }
    }
}

extension CustomerCommandsSettings.Answers {
    /// The topic that is read; nil for none.
    var topic: String? {
        switch self {
        case .resultsTopic(let topic), .replyTopic(let topic): topic
        case .none: nil
        }
    }
}
