import CustomerContract
import Kafka
import Ledger
import Records

/// The whole worker without its effects: decides, on one thread, what happens to every command.
///
/// Six lines with a state of their own decide; the core orders a turn, hands on between the lines what one decided for
/// the next, and says when something is due. Its owner tells it what happened, each time with the moment, and then does
/// what ``takeActions(at:)`` returns. Nothing in here waits, reads a clock or touches a socket, so a simulation can run
/// it with any order of events.
///
/// A command's road: ``Partitions`` → ``Lanes`` → ``LedgerLine`` → ``RequestLine`` → ``LedgerLine`` → ``ResultLine``;
/// ``Intake`` decides whether there are new ones, ``PartitionShares`` and ``OperatorPauses`` of which partitions. Each
/// line's invariants are at the head of its file. Those of the whole:
/// 1. A result enters the line of results only when the ledger remembers the success that it tells of.
/// 2. What a command learns from the ledger decides about it, whoever remembered it there first.
/// 3. Everything that waits is bounded by the commands in flight, and those by ``WorkerSettings``.
struct WorkerCore: Sendable {
    var settings: WorkerSettings
    var intake: Intake
    var partitions: Partitions
    var shares: PartitionShares
    var pauses = OperatorPauses()
    /// Partitions that are held and that operators have paused.
    var pausedPartitions: Set<TopicPartition> = []
    var lanes = Lanes()
    var ledger: LedgerLine
    var requests: RequestLine
    var results: ResultLine
    var recentFailures = FailureRing()
    /// What the core counts itself; see ``counters`` for all.
    var own = WorkerCounters()
    var actions: [WorkerAction] = []

    init(settings: WorkerSettings, seed: UInt64) {
        self.settings = settings
        self.intake = Intake(
            maximumCount: settings.maximumInFlight,
            maximumBytes: settings.maximumInFlightBytes,
            pauseDelay: settings.pauseDelay
        )
        self.shares = PartitionShares(
            parts: settings.shareParts,
            maximumCount: settings.maximumInFlight,
            maximumBytes: settings.maximumInFlightBytes,
            pauseDelay: settings.pauseDelay
        )
        self.partitions = Partitions(
            metadataLimit: settings.metadataLimit,
            spillsSets: settings.spillsSets,
            seed: seed &+ 2,
            revocationBudget: settings.revocationBudget,
            retryWait: settings.effectRetryWait
        )
        self.ledger = LedgerLine(
            maximumBatch: settings.maximumLedgerBatch,
            linger: settings.linger,
            retryWait: settings.effectRetryWait
        )
        self.requests = RequestLine(
            settings.live.retry,
            limit: settings.live.requestLimit,
            rate: settings.live.rateLimit,
            breaker: settings.breaker,
            judgesRefusals: settings.judgesRefusals,
            seed: seed
        )
        self.results = ResultLine(
            maximumBatch: settings.maximumCommitBatch,
            linger: settings.linger,
            retryWait: settings.effectRetryWait,
            deadLetterTopic: settings.deadLetterTopic,
            seed: seed
        )
    }

    // MARK: A turn

    /// Carries every decision that is due to its action, and hands the actions over.
    mutating func takeActions(at now: Moment) -> [WorkerAction] {
        self.endAssignments(at: now.uptime)
        if self.pauses.advance(at: now.wall) { self.lanes.pause(self.pauses.ids) }
        self.requests.advance(&self.lanes, at: now.uptime)
        self.startCommands(at: now)
        while let request = self.requests.next(&self.lanes, at: now.uptime) { self.actions.append(.request(request)) }
        if let batch = self.results.next(self.aroundResults, &self.partitions, at: now.uptime) {
            self.actions.append(.publish(batch))
        }
        if let batch = self.ledger.next(self.aroundLedger, at: now.uptime) { self.actions.append(.remember(batch)) }
        self.releaseRevoked()
        self.reportLogs()
        self.regulateIntake(at: now.uptime)
        if self.requests.takeNeutralQuestion() { self.actions.append(.askNeutral) }
        for report in self.requests.takeReports() { self.actions.append(.report(report)) }
        defer { self.actions = [] }
        return self.actions
    }

    /// When something is due although nothing happens; `nil` when only events can change anything.
    func nextDeadline(at now: Moment) -> Duration? {
        [
            self.partitions.due(at: now.uptime), self.requests.due(at: now.uptime), self.ledger.due,
            self.results.due(self.aroundResults), self.intake.due, self.shares.due,
            self.pauses.due(at: now.uptime, wall: now.wall), self.gathersUntil(at: now.uptime),
        ].compactMap { $0 }.min()
    }

    /// Starts what may start: refused commands end, others go to the ledger.
    private mutating func startCommands(at now: Moment) {
        while let start = self.lanes.next() {
            switch start {
            case .refused(let ticket, let failure): self.finish(ticket, .failed(failure), at: now)
            case .remembered(let ticket, let command, let entry): self.learned(ticket, command, entry, at: now)
            case .unknown(let ticket, let command) where self.settings.createsLocally:
                self.ledger.create(ticket, command)
            case .unknown(let ticket, let command): self.ledger.lookUp(ticket, command)
            }
        }
    }

    // MARK: What the lines need to know of each other

    /// Whether commands wait for their turn at the API: that wait is what a producer notices then, and every batch
    /// costs the ledger, the client and the broker as much with little in it as with much.
    private var isBehind: Bool {
        self.requests.waitingCount > 0 && !self.isLeaving
    }

    /// Until when records wait in the client's queue, to be taken in together: what is taken in now would only wait
    /// for the pace of small batches, and every turn of the loop costs as much with one record as with many.
    ///
    /// `nil` when the next record is wanted at once, since the backend's answer takes longer than the pace.
    func gathersUntil(at now: Duration) -> Duration? {
        guard self.settings.createsLocally, !self.isLeaving, self.results.pacedUntil != nil,
            self.lanes.count < self.settings.linger.smallBatch, !self.partitions.isTaking
        else { return nil }
        let sent = self.results.sentAt ?? self.ledger.sentAt
        guard let end = sent.map({ $0 + self.settings.linger.limit }) ?? self.results.pacedUntil, now < end else {
            return nil
        }
        return end
    }

    private var aroundLedger: LedgerLine.Surroundings {
        .init(
            isBehind: self.isBehind,
            wantsRequests: self.requests.waitingCount < self.requests.limit,
            isPublishing: self.results.isUnderWay,
            hasPublishTrouble: self.results.trouble != nil,
            pacedUntil: self.isLeaving ? nil : self.results.pacedUntil
        )
    }

    private var aroundResults: ResultLine.Surroundings {
        .init(
            isBehind: self.isBehind,
            ledgerCount: self.ledger.count,
            hasLedgerTrouble: self.ledger.trouble != nil,
            isLedgerUnderWay: self.ledger.isUnderWay,
            isLeaving: self.isLeaving,
            inFlight: self.lanes.count
        )
    }

    /// Partitions are to be given back soon, so that nothing should wait long.
    private var isLeaving: Bool { self.partitions.isDraining || self.partitions.revoking != nil }

    // MARK: The life of a command

    /// One record of a partition; records of partitions that are not held came too late and are another member's.
    mutating func received(_ record: KafkaRecord, decode: (KafkaRecord) -> DecodedCommand, at now: Moment) {
        switch self.partitions.accept(record) {
        case .run(let assignment, let number, let size):
            let decoded = decode(record)
            if case .command(let command) = decoded { self.own.unknownFields += command.unknownFields.count }
            self.lanes.admit(
                InFlightCommand(decoded: decoded, assignment: assignment, number: number, size: size)
            )
        case .skip:
            self.own.skipped += 1
        case .ignore:
            break
        }
    }

    /// Takes the answer to the ledger's batch under way.
    mutating func answered(_ answer: LedgerAnswer, at now: Moment) {
        let batch = self.ledger.answered(answer, at: now.uptime)
        self.results.ledgerAnswered(isDone: batch != nil)
        guard case .done(let found, let made, let earlier) = answer, let batch else { return }
        for (index, lookUp) in batch.lookUps.enumerated() {
            if let entry = found[index] { self.lanes.keep(entry, for: lookUp.command.externalID) }
            self.learned(lookUp.ticket, lookUp.command, found[index], at: now)
        }
        for (index, creation) in batch.creations.enumerated() {
            let command = creation.command
            self.lanes.keep(
                earlier[index]
                    ?? LedgerEntry(command: command, customer: made[index], outcome: .created, rememberedAt: now.wall),
                for: command.externalID
            )
            self.succeeded(creation.ticket, command, .created, made[index], earlier: earlier[index], at: now)
        }
        for (index, success) in batch.entries.enumerated() {
            guard let command = self.lanes[success.ticket]?.command else { continue }
            let (outcome, customer) = (success.entry.outcome, success.entry.customer)
            // Another worker may have been quicker: then its success is the first, and this command's a replay.
            let earlier = earlier[batch.creations.count + index]
            self.lanes.keep(earlier ?? success.entry, for: command.externalID, replaces: true)
            self.succeeded(success.ticket, command, outcome, customer, earlier: earlier, at: now)
        }
    }

    /// A command knows what the ledger remembers of its id.
    private mutating func learned(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ entry: LedgerEntry?,
        at now: Moment
    ) {
        guard let inFlight = self.lanes[ticket] else { return }
        let asks = self.settings.asksForArchived
        switch LedgerVerdict(command: command, entry: entry) {
        case .new where self.partitions.isLeaving(inFlight.assignment): self.lanes.giveUp(ticket)
        case .new: self.requests.add(ticket, &self.lanes)
        case .repeated(let outcome, let customer): self.finish(ticket, .created(outcome, customer), at: now)
        case .replayed where asks, .conflict where asks:
            if self.partitions.isLeaving(inFlight.assignment) { return self.lanes.giveUp(ticket) }
            if let entry { self.lanes.question(ticket, entry) }
            self.requests.add(ticket, &self.lanes)
        case .replayed(let customer): self.finish(ticket, .created(.replayed, customer), at: now)
        case .conflict(let failure): self.finish(ticket, .failed(failure), at: now)
        }
    }

    /// A success is remembered, or an earlier one was.
    private mutating func succeeded(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ outcome: CreatedOutcome,
        _ customer: CustomerDocument,
        earlier: LedgerEntry?,
        at now: Moment
    ) {
        switch LedgerVerdict(command: command, entry: earlier) {
        case .new: self.finish(ticket, .created(outcome, customer), at: now)
        case .repeated(let outcome, let customer): self.finish(ticket, .created(outcome, customer), at: now)
        case .replayed(let customer): self.finish(ticket, .created(.replayed, customer), at: now)
        case .conflict(let failure): self.finish(ticket, .failed(failure), at: now)
        }
    }

    /// Takes the answer to a request.
    mutating func answered(_ ticket: CommandTicket, _ reply: BackendReply, at now: Moment) {
        switch self.requests.answered(ticket, reply, &self.lanes, self.partitions, at: now.uptime) {
        case .created(let command, let outcome, let customer):
            // Even when the partition is gone: what was made must be known, whoever runs the command next.
            self.ledger.remember(
                ticket,
                LedgerEntry(command: command, customer: customer, outcome: outcome, rememberedAt: now.wall),
                superseding: self.lanes.questioned(ticket)
            )
        case .unchanged(let command):
            guard let entry = self.lanes.questioned(ticket) else { return }
            self.succeeded(ticket, command, entry.outcome, entry.customer, earlier: entry, at: now)
        case .failed(let failure): self.finish(ticket, .failed(failure), at: now)
        case .givenUp: self.lanes.giveUp(ticket)
        case .waits: break
        }
    }

    /// Takes the answer to the neutral request.
    mutating func answered(_ neutral: NeutralAnswer, at now: Moment) {
        self.requests.answered(neutral, &self.lanes, at: now.uptime)
    }

    private mutating func finish(_ ticket: CommandTicket, _ outcome: CommandOutcome, at now: Moment) {
        if let result = self.lanes.finish(ticket, outcome, at: now.wall) { self.results.add(result) }
    }

    /// Takes what came of the batch of results under way.
    mutating func published(_ outcome: PublishOutcome, at now: Moment) {
        guard self.results.isUnderWay else { return }
        self.own.count(outcome)
        let settlement = self.results.published(outcome, &self.partitions, at: now.uptime)
        self.partitions.committed(settlement.committed)
        if settlement.hasTooMuchMetadata, self.partitions.refusedMetadata() != nil {
            self.results.tryAgain(at: now.uptime)
        }
        // Looked at in place: a copy of each would be a dozen counted references.
        for index in settlement.settled.indices {
            self.lanes.remove(settlement.settled[index].ticket)
            self.own.count(settlement.settled[index].result, at: now.wall)
            if case .failed(let failure) = settlement.settled[index].result.outcome {
                self.recentFailures.insert(RecentFailure(settlement.settled[index].result, failure))
            }
        }
        self.endSuperseded()
        if settlement.groupMovedOn {
            self.lanes.abandon(self.partitions.abandonRevoked())
            self.results.drop(self.partitions)
        }
    }
}
