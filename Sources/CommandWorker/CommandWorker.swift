import CustomerContract
package import Kafka
package import Ledger
package import Logging
import Records
import Synchronization
import WorkerLogging

/// Consumes create commands, makes each customer once and publishes a result for every command.
///
/// ```swift
/// let worker = CommandWorker(settings, kafka, ledger: ledger, backend: .local(customers), logger: logger)
/// async let stopped: Void = worker.run()
/// worker.drain(within: .seconds(30))
/// try await stopped
/// ```
///
/// This is the loop: it carries what happened to the ``WorkerCore`` and does what that decides. It decides nothing
/// itself. ``run()`` may be called once; the other methods from any thread.
package final class CommandWorker: Sendable {
    enum Message: Sendable {
        case remembered(LedgerAnswer)
        case answered(CommandTicket, BackendReply)
        case unsettled(CommandTicket, CommandSpan, @Sendable () async -> BackendReply)
        case answeredNeutral(NeutralAnswer)
        case unprepared(KafkaError)
        case published(PublishOutcome)
        case committed([CommittedPosition])
        case committedUnknown([TopicPartition], KafkaError)
        case looked([TopicPartition: KafkaRecord])
        case drain(within: Duration)
        case suspend
        case resume
        case reconfigure(LiveSettings)
        case pause([Pause])
    }

    let settings: WorkerSettings
    let kafka: ClientProperties
    private let backend: WorkerBackend
    private let writer: LedgerWriter
    let decoder: CommandReader
    let logger: Logger
    let troubles: TroubleLog
    let lossReason = LossReason()
    let life: CommandLife
    let replyTopics: LiveReplyTopics
    let reductions = ReductionTally()
    private let mailbox = Mailbox<Message>()
    let current = Mutex(WorkerSnapshot())
    let inquiries = Inquiries()
    let isToWedge = Atomic(false)

    /// Makes a worker; nothing connects before ``run()``.
    package init(
        _ settings: WorkerSettings,
        _ kafka: ClientProperties,
        ledger: any Ledger,
        backend: WorkerBackend,
        logger: Logger,
        metrics: StoreMetrics = .none
    ) {
        self.settings = settings
        self.kafka = kafka
        self.backend = backend
        self.logger = logger
        self.troubles = TroubleLog(logger)
        self.life = CommandLife(logger: logger)
        self.replyTopics = LiveReplyTopics(settings.live.replyTopicsAllowed)
        self.decoder = settings.reader
        if case .local(let customers) = backend {
            self.writer = LedgerWriter(ledger: ledger, customers: customers, metrics: metrics)
        } else {
            self.writer = LedgerWriter(ledger: ledger, customers: LocalCustomers(), metrics: metrics)
        }
    }

    var ledger: any Ledger { self.writer.ledger }

    /// What it is doing now.
    package var snapshot: WorkerSnapshot { self.current.withLock { $0 } }

    /// Stops: takes nothing in any more, lets what runs finish for at most `budget`, publishes it, leaves the group.
    package func drain(within budget: Duration) { self.mailbox.post(.drain(within: budget)) }

    /// Takes nothing in, and keeps the partitions.
    package func suspend() { self.mailbox.post(.suspend) }

    /// Takes records in again.
    package func resume() { self.mailbox.post(.resume) }

    /// Obeys these pauses and no others, from the loop's next turn on; before ``run()`` from its first.
    package func pause(_ pauses: [Pause]) { self.mailbox.post(.pause(pauses)) }

    /// Lets the loop turn once.
    func wake() { self.mailbox.ring() }

    /// Applies other settings, within the loop's next turn; commands in flight stay.
    package func reconfigure(_ live: LiveSettings) { self.mailbox.post(.reconfigure(live)) }

    /// Runs until it is drained.
    ///
    /// - Throws: ``WorkerError`` when the Kafka client or another instance leaves it no choice, ``KafkaError`` when a
    ///   property is not taken. Cancellation is the hard stop: nothing more is published, and nothing is lost.
    package func run() async throws {
        let log = self.kafkaLog
        let consumer = try Consumer(
            ConsumerSettings(
                client: self.kafka,
                group: self.settings.group,
                groupInstanceID: self.settings.groupInstanceID
            ),
            log: log
        ) { [mailbox] in mailbox.ring() }
        try consumer.subscribe(to: [self.settings.commandTopic])
        let (publisher, limits) = try await self.makePublisher(consumer, log: log)
        let failure = await withDiscardingTaskGroup(returning: WorkerError?.self) { group in
            group.addTask { [mailbox] in
                if let error = await publisher.prepare() { mailbox.post(.unprepared(error)) }
            }
            group.addTask { await limits.run() }
            group.addTask { await consumer.keepFetching() }
            let failure = await self.loop(consumer, publisher, &group)
            group.cancelAll()
            return failure
        }
        await consumer.close()
        if let failure { throw failure }
    }

    private func loop(
        _ consumer: Consumer,
        _ publisher: any ResultPublisher,
        _ group: inout DiscardingTaskGroup
    ) async -> WorkerError? {
        var settings = self.settings
        if case .local = self.backend { settings.createsLocally = true }
        settings.spillsSets = self.ledger.keepsSpilledSets
        // Without transactions there is little to save.
        if settings.guarantee == .exactlyOnce { settings.linger.pace = WorkerSettings.pace }
        var core = WorkerCore(settings: settings, seed: .random(in: 0 ... .max))
        let clock = ContinuousClock()
        let start = clock.now
        var watch = ConsumerWatch()
        var anchors = LogAnchors()
        var alarm: Duration?
        while !Task.isCancelled {
            var now = Moment(uptime: clock.now - start, wall: .now())
            let messages = self.mailbox.take()
            for message in messages {
                switch message {
                case .unsettled(let ticket, let span, let settle): self.settle(ticket, span, &group, settle)
                case .unprepared(let error) where error.isNotPermitted: return .kafka(error)
                case .looked(let records): self.rewind(anchors.looked(records, core.partitions), consumer)
                default: self.receive(message, into: &core, at: now)
                }
            }
            let limit = core.pollLimit(at: now)
            let events = limit > 0 ? consumer.poll(limit: limit) : []
            for event in events {
                watch.receive(
                    event,
                    holds: { core.partitions.held[$0] != nil },
                    isPaused: { core.intake.isPaused || core.pausedPartitions.contains($0) },
                    at: now.uptime
                )
                if case .statistics = event {
                    core.logsStart(watch.logStarts)
                    for broker in watch.connected {
                        self.troubles.end(.connection(to: broker), ["broker": "\(broker)"])
                    }
                }
                if let failure = self.receive(event, into: &core, at: now) { return failure }
            }
            now = Moment(uptime: clock.now - start, wall: now.wall)
            for action in core.takeActions(at: now) {
                self.perform(action, consumer, publisher, &group, at: now.wall)
            }
            if let look = anchors.next(core.partitions, at: now.uptime) {
                group.addTask { [mailbox] in mailbox.post(.looked(await self.look(at: look))) }
            }
            self.publishSnapshot(core)
            self.wedgeIfAsked()
            for inquiry in self.inquiries.take() {
                watch.connectionTrouble = consumer.connectionTrouble
                inquiry.answer(
                    core.inspect(
                        inquiry.question,
                        snapshot: self.snapshot,
                        watermarks: consumer.cachedWatermarks,
                        watch: watch,
                        at: now
                    )
                )
            }
            if let fenced = core.results.fenced { return .fenced(fenced) }
            if core.isDrained { return nil }

            // The consumer's queue is empty, and will ring; or it is not asked now.
            let mayWait = limit > 0 ? events.count < limit : core.pollLimit(at: now) == 0
            guard mayWait else {
                await Task.yield()
                continue
            }
            if let due = core.nextDeadline(at: now), alarm.map({ due < $0 || $0 <= now.uptime }) ?? true {
                alarm = due
                group.addTask { [mailbox] in
                    try? await clock.sleep(until: start + due, tolerance: nil)
                    mailbox.ring()
                }
            }
            await withTaskCancellationHandler {
                await self.mailbox.wait()
            } onCancel: {
                self.mailbox.ring()
            }
        }
        return nil
    }

    private func perform(
        _ action: WorkerAction,
        _ consumer: Consumer,
        _ publisher: any ResultPublisher,
        _ group: inout DiscardingTaskGroup,
        at moment: UnixMilliseconds
    ) {
        let mailbox = self.mailbox
        switch action {
        case .remember(let batch):
            group.addTask { [writer] in mailbox.post(.remembered(await writer.write(batch, at: moment))) }
        case .request(let request):
            guard case .remote(let backend) = self.backend else { return }
            if self.life.isOn { self.life.requested(request) }
            let span = CommandSpan(request)
            backend.create(
                request.command,
                attempt: request.attempt,
                patience: request.patience,
                remembered: request.remembered,
                context: span.context
            ) { first in
                switch first {
                case .settled(let reply):
                    span.end(reply.answer)
                    mailbox.post(.answered(request.ticket, reply))
                case .open(let settle):
                    mailbox.post(.unsettled(request.ticket, span, settle))
                }
            }
        case .askNeutral:
            guard case .remote(let backend) = self.backend else { return }
            group.addTask { mailbox.post(.answeredNeutral(await backend.neutral())) }
        case .publish(let batch):
            do throws(KafkaError) {
                let member = try consumer.groupMetadata()
                group.addTask {
                    mailbox.post(.published(await self.publish(batch, publisher, as: member, at: moment)))
                }
            } catch {
                mailbox.post(.published(.failed(error, unpublished: nil)))
            }
        case .readCommitted(let partitions):
            group.addTask {
                do throws(KafkaError) {
                    mailbox.post(.committed(try await self.positions(of: partitions, consumer)))
                } catch {
                    mailbox.post(.committedUnknown(partitions, error))
                }
            }
        case .assign(let offsets):
            self.answer { () throws(KafkaError) in try consumer.assign(offsets) }
        case .release(let partitions):
            self.answer { () throws(KafkaError) in try consumer.release(partitions) }
        case .pause(let partitions):
            self.answer { () throws(KafkaError) in try consumer.pause(partitions) }
        case .resume(let partitions):
            self.answer { () throws(KafkaError) in try consumer.resume(partitions) }
        case .report(let report):
            self.log(report)
        case .reportLog(let report):
            self.log(report)
        }
    }

    private func settle(
        _ ticket: CommandTicket,
        _ span: CommandSpan,
        _ group: inout DiscardingTaskGroup,
        _ settle: @escaping @Sendable () async -> BackendReply
    ) {
        group.addTask { [mailbox] in
            let reply = await span.during(settle)
            span.end(reply.answer)
            mailbox.post(.answered(ticket, reply))
        }
    }

    /// Reads logs that were replaced from their beginnings: what comes at an offset that was passed tells the core.
    private func rewind(_ partitions: [TopicPartition], _ consumer: Consumer) {
        for partition in partitions {
            do throws(KafkaError) {
                try consumer.rewind(partition)
            } catch {
                self.logger.warning(
                    "Log was replaced, and is read again from its beginning at the next look",
                    metadata: ["partition": "\(partition)", "error": "\(error)"]
                )
            }
        }
    }

    /// The group has moved on when an answer to it is refused: the next event says where to.
    private func answer(_ body: () throws(KafkaError) -> Void) {
        do throws(KafkaError) {
            try body()
        } catch {
            self.troubles.tell(.warning, .rebalanceAnswer(error), [LogKey.error: "\(error)"])
        }
    }

    private func publishSnapshot(_ core: WorkerCore) {
        self.current.withLock { snapshot in
            snapshot.turns += 1
            snapshot.isTakingPartitions = core.partitions.isTaking
            snapshot.counters = core.counters
            snapshot.counters.reduced = self.reductions.counts
            snapshot.inFlight = core.lanes.count
            snapshot.requests = core.requests.count
            snapshot.intakeBlock = core.intakeBlock?.reason ?? (core.areAllOverShare ? "full" : nil)
            if snapshot.partitions.count != core.partitions.held.count
                || snapshot.partitions.contains(where: { core.partitions.held[$0] == nil })
            {
                snapshot.partitions = core.partitions.held.keys.sorted()
            }
        }
    }
}
