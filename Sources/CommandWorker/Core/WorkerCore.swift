import CustomerContract
import DequeModule
import Kafka
import Ledger

/// The whole worker without its effects: decides, on one thread, what happens to every command.
///
/// Its owner tells it what happened, each time with the moment, and then does what ``takeActions(at:)`` returns. Nothing in
/// here waits, reads a clock or touches a socket, so a simulation can run it with any order of events.
///
/// Invariants:
/// 1. A record is completed in its tracker only in `makeBatch()`, together with its result; one batch is under way at a
///    time, and what it marked stays in the next attempt's batch. So no committed offset passes an unpublished result.
/// 2. Of an external_id one command runs; the next one starts after the ledger knows the outcome of the last.
/// 3. Results enter `pending` in the order in which their lane ended them, and leave it in that order.
/// 4. A command that is abandoned (its partition is gone) publishes nothing, but keeps its lane until its request has ended.
/// 5. Everything that waits is bounded by the commands in flight, and those by ``CoreSettings``.
struct WorkerCore: Sendable {
    var settings: CoreSettings
    var actions: [WorkerAction] = []
    var table = InFlightTable()
    var dispatcher = KeyedDispatcher()
    /// Commands that may start; a queue and not recursion, since a lane may hold thousands that end at once.
    var ready: Deque<CommandTicket> = []

    // Intake
    var intake = IntakeGate()

    // Assignment
    var assignments: [AssignmentID: PartitionAssignment] = [:]
    var current: [TopicPartition: AssignmentID] = [:]
    var nextAssignment = 0
    var revocation: Revocation?
    /// Partitions that the group gave, and whose committed offsets are not read yet.
    var awaited: Set<TopicPartition> = []
    var assignmentRetry: Duration?
    var drainDeadline: Duration?

    // Ledger
    var store = StoreBatch()
    var storing: StoreBatch?
    var storeRetry: Duration?
    var storeTrouble: LedgerError?
    /// A batch of results has ended since the last batch of the ledger's: what waits for the ledger goes first.
    var isStoresTurn = false
    /// Since when the ledger's work has waited for company, and when it waits no longer.
    var storeSince: Duration?
    var storeDue: Duration?

    // Requests
    var requestQueue: Deque<CommandTicket> = []
    /// Requests under way.
    var requestCount = 0
    /// Those of the era under way, which count against the limit.
    var slotCount = 0
    /// Counts how often requests that hung were left to themselves.
    var slotEra = 0
    var limiter: RequestLimiter
    var bucket: TokenBucket?
    /// Nobody's request goes before: the backend asked everybody to wait.
    var holdUntil: Duration = .zero
    var probe: CommandTicket?
    var backOffs = BackOffQueue()
    var breaker: Breaker
    var breakerClock = BreakerClock()
    var failures: FailureWindow
    var silence: SilenceWatch
    var jitter: SplitMix64

    // Publishing
    var pending: Deque<PendingResult> = []
    var publishing: PublishingBatch?
    var publishRetry: Duration?
    /// When results gather no longer for a fuller batch, and whether they have gathered on their way through the ledger.
    var publishDue: Duration?
    var hasGathered = false
    var publishTrouble: KafkaError?
    var fenced: KafkaError?

    var counters = WorkerCounters()
    var recentFailures = FailureRing()

    init(settings: CoreSettings, seed: UInt64) {
        self.settings = settings
        self.limiter = RequestLimiter(settings.requestLimit)
        self.bucket = settings.rateLimit.map { TokenBucket(rate: $0, at: .zero) }
        self.breaker = Breaker(settings.breaker)
        self.failures = FailureWindow(settings.breaker)
        self.silence = SilenceWatch(settings.breaker)
        self.jitter = SplitMix64(seed: seed)
    }

    /// Carries every decision that is due to its action, and hands the actions over.
    mutating func takeActions(at now: Moment) -> [WorkerAction] {
        self.advanceRebalance(at: now)
        self.wakeBackOffs(at: now)
        self.startReady(at: now)
        self.startRequests(at: now)
        self.startPublishing(at: now)
        self.startStore(at: now)
        self.releaseRevoked()
        self.advanceIntake(at: now)
        defer { self.actions = [] }
        return self.actions
    }

    /// When something is due although nothing happens; `nil` when only events can change anything.
    func nextDeadline(at now: Moment) -> Duration? {
        // A probe that is due and has not gone waits for a command, which is an event.
        let probeDue = self.breaker.nextProbe.flatMap { $0 > now.uptime ? $0 : nil }
        // A drain that is out of time waits for what is under way, which is an event as well.
        let drainDue = self.drainDeadline.flatMap { $0 > now.uptime ? $0 : nil }
        return [
            self.backOffs.nextDue, probeDue, self.requestDue(at: now.uptime), self.storeRetry, self.storeDue,
            self.publishRetry, self.gatherDeadline, self.revocation?.deadline,
            self.assignmentRetry, self.intake.pauseDue, drainDue,
        ].compactMap { $0 }.min()
    }

    // MARK: The life of a command

    /// Takes a command in: into its lane, or to its end when it has no external_id.
    mutating func admit(_ decoded: DecodedCommand, size: Int, assignment: AssignmentID, number: Int, at now: Moment) {
        let ticket = self.table.insert(
            InFlightCommand(decoded: decoded, assignment: assignment, number: number, size: size)
        )
        guard let lane = decoded.context.externalID else {
            self.ready.append(ticket)
            return
        }
        if self.dispatcher.enqueue(ticket, in: lane) { self.ready.append(ticket) }
    }

    /// Starts what may start: refused commands end, others go to the ledger.
    mutating func startReady(at now: Moment) {
        while let ticket = self.ready.popFirst() {
            guard let inFlight = self.table[ticket] else { continue }
            if inFlight.isAbandoned {
                self.leave(ticket, inFlight)
                continue
            }
            switch inFlight.decoded {
            case .refused(_, let failure):
                self.finish(ticket, .failed(failure), at: now)
            case .command(let command):
                if let entry = self.dispatcher.entry(for: command.externalID) {
                    self.lookedUp(ticket, command, entry, at: now)
                    continue
                }
                self.table.update(ticket) { $0.stage = .atLedger }
                if self.settings.createsLocally {
                    self.store.creations.append((ticket, command))
                } else {
                    self.store.lookUps.append((ticket, command))
                }
            }
        }
    }

    /// Ends a command: its result waits for publishing, and its lane goes on.
    mutating func finish(_ ticket: CommandTicket, _ outcome: CommandOutcome, at now: Moment) {
        guard let inFlight = self.table[ticket] else { return }
        guard !inFlight.isAbandoned else {
            self.leave(ticket, inFlight)
            return
        }
        self.table.update(ticket) { $0.stage = .finished }
        let result = CommandResult(
            context: inFlight.context,
            outcome: outcome,
            attempts: inFlight.attempts,
            completedAt: now.wall
        )
        self.pending.append(
            PendingResult(
                ticket: ticket,
                assignment: inFlight.assignment,
                number: inFlight.number,
                result: result
            )
        )
        self.advanceLane(of: inFlight)
    }

    /// Gives up a command without a result; somebody else will read its record again.
    mutating func abandon(_ ticket: CommandTicket) {
        guard let inFlight = self.table[ticket], !inFlight.isAbandoned else { return }
        self.table.update(ticket) { $0.isAbandoned = true }
        self.counters.abandoned += 1
        switch inFlight.stage {
        case .waitingInLane, .atLedger, .requesting:
            // It leaves when its turn comes, or when its answer comes: until then its lane must not go on.
            break
        case .waitingForRequest, .backingOff:
            self.leave(ticket, inFlight)
        case .finished:
            self.table.remove(ticket)
        }
    }

    private mutating func leave(_ ticket: CommandTicket, _ inFlight: InFlightCommand) {
        self.table.remove(ticket)
        self.advanceLane(of: inFlight)
    }

    private mutating func advanceLane(of inFlight: InFlightCommand) {
        guard let lane = inFlight.context.externalID, let next = self.dispatcher.finish(lane: lane) else { return }
        self.ready.append(next)
    }
}
