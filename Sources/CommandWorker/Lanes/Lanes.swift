import CustomerContract
import DequeModule
import Ledger
import Records

/// Lanes: one FIFO per external_id, and every command in flight with how far it has come.
///
/// Invariants:
/// 1. Of an external_id one command runs, in log order; the next one starts after the last has left its lane.
/// 2. A command that is abandoned (its partition is gone) publishes nothing, but keeps its lane until the ledger or the
///    backend has answered: until then the next one could overtake it there.
/// 3. A command whose external_id an operator has paused keeps its lane and does not start; see ``OperatorPauses``.
/// 4. A command that may start waits in a queue and not on the stack, since a lane may hold thousands that end at once.
struct Lanes: Sendable {
    /// A command that may start, and what it starts with.
    enum Start {
        /// It was refused at decoding, and ends.
        case refused(CommandTicket, CommandFailure)
        /// An earlier command of its lane has learnt what the ledger remembers.
        case remembered(CommandTicket, CreateCustomerCommand, LedgerEntry)
        /// The ledger has to be asked.
        case unknown(CommandTicket, CreateCustomerCommand)
    }

    private var table = InFlightTable()
    private var dispatcher = KeyedDispatcher()
    private var ready: Deque<CommandTicket> = []
    /// Commands that may start but for a pause, in the order in which they came.
    private var held: [CommandTicket] = []
    /// What keeps them.
    private(set) var paused = PausedIDs()
    /// Of commands whose customer may be archived what is remembered; beside the table, since there are few or none.
    private var questioned: [CommandTicket: LedgerEntry] = [:]
    /// Commands given up so far; they run again elsewhere.
    private(set) var abandonedCount = 0

    /// Commands in flight.
    var count: Int { self.table.count }
    /// Bytes of their records.
    var byteCount: Int { self.table.byteCount }

    /// The command, or `nil` when it has left.
    subscript(ticket: CommandTicket) -> InFlightCommand? { self.table[ticket] }

    /// Every command, in no order; for the rare moments that concern all of them.
    var commands: some Sequence<(ticket: CommandTicket, command: InFlightCommand)> { self.table.commands }

    /// Whether any command matches; for the rare moments that concern a whole partition.
    func contains(where matches: (InFlightCommand) -> Bool) -> Bool { self.table.contains(where: matches) }

    /// The tickets of all commands that match; for the rare moments that concern a whole partition.
    func tickets(where matches: (InFlightCommand) -> Bool) -> [CommandTicket] { self.table.tickets(where: matches) }

    /// Changes a command in place; nothing happens when it has left.
    mutating func update(_ ticket: CommandTicket, _ change: (inout InFlightCommand) -> Void) {
        self.table.update(ticket, change)
    }

    /// Takes a command in: into its lane, or to its end when it has no external_id.
    mutating func admit(_ command: InFlightCommand) {
        let lane = command.decoded.context.externalID
        let ticket = self.table.insert(command)
        guard let lane else {
            self.ready.append(ticket)
            return
        }
        if self.dispatcher.enqueue(ticket, in: lane) { self.ready.append(ticket) }
    }

    /// Applies other pauses; what they no longer hold may start.
    mutating func pause(_ ids: PausedIDs) {
        guard ids != self.paused else { return }
        self.paused = ids
        for ticket in self.held { self.table.update(ticket) { $0.stage = .waitingInLane } }
        self.ready.prepend(contentsOf: self.held)
        self.held = []
    }

    /// The next command that may start; `nil` when none may.
    mutating func next() -> Start? {
        while let ticket = self.ready.popFirst() {
            guard let inFlight = self.table[ticket] else { continue }
            if inFlight.isAbandoned {
                self.leave(ticket, inFlight)
                continue
            }
            if !self.paused.isEmpty, let id = inFlight.context.externalID, self.paused.pause(of: id) != nil {
                self.table.update(ticket) { $0.stage = .paused }
                self.held.append(ticket)
                continue
            }
            switch inFlight.decoded {
            case .refused(_, let failure):
                return .refused(ticket, failure)
            case .command(let command):
                if let entry = self.dispatcher.entry(for: command.externalID) {
                    return .remembered(ticket, command, entry)
                }
                self.table.update(ticket) { $0.stage = .atLedger }
                return .unknown(ticket, command)
            }
        }
        return nil
    }

    /// Ends a command with its outcome, and lets its lane continue; `nil` when it was abandoned and has no result.
    mutating func finish(_ ticket: CommandTicket, _ outcome: CommandOutcome, at now: UnixMilliseconds) -> PendingResult?
    {
        guard let inFlight = self.table[ticket] else { return nil }
        guard !inFlight.isAbandoned else {
            self.leave(ticket, inFlight)
            return nil
        }
        self.table.update(ticket) { $0.stage = .finished }
        self.forgetQuestion(ticket)
        self.advance(inFlight)
        return PendingResult(
            ticket: ticket,
            assignment: inFlight.assignment,
            number: inFlight.number,
            size: inFlight.size,
            result: CommandResult(
                context: inFlight.context,
                outcome: outcome,
                attempts: inFlight.requests,
                completedAt: now,
                unverified: inFlight.unverified
            )
        )
    }

    /// Forgets a command whose result is out.
    mutating func remove(_ ticket: CommandTicket) { self.table.remove(ticket) }

    /// Keeps what the ledger remembers of an id for the commands that wait behind in its lane.
    ///
    /// - Parameter replaces: whether it is newer than what is kept already.
    mutating func keep(_ entry: @autoclosure () -> LedgerEntry, for id: ExternalID, replaces: Bool = false) {
        self.dispatcher.keep(entry(), for: id, replaces: replaces)
    }

    // MARK: Commands that ask whether a customer is archived

    /// Keeps what is remembered of a command's id while the backend is asked whether that customer is there still.
    mutating func question(_ ticket: CommandTicket, _ entry: LedgerEntry) { self.questioned[ticket] = entry }

    /// What is remembered of a command's id, if the backend is asked about it.
    func questioned(_ ticket: CommandTicket) -> LedgerEntry? {
        self.questioned.isEmpty ? nil : self.questioned[ticket]
    }

    /// The customer that the backend is asked about before a command's is made.
    func questionedCustomer(_ ticket: CommandTicket) -> CustomerDocument? { self.questioned(ticket)?.customer }

    private mutating func forgetQuestion(_ ticket: CommandTicket) {
        if !self.questioned.isEmpty { self.questioned[ticket] = nil }
    }

    // MARK: Commands without a result

    /// Ends a command that nothing is under way for, without a result; its lane continues.
    mutating func giveUp(_ ticket: CommandTicket) {
        guard let inFlight = self.table[ticket] else { return }
        if !inFlight.isAbandoned { self.abandonedCount += 1 }
        self.leave(ticket, inFlight)
    }

    /// Abandons the commands of assignments: those under way leave when their answer comes.
    mutating func abandon(_ ids: Set<AssignmentID>) {
        for ticket in self.table.tickets(where: { ids.contains($0.assignment) }) { self.abandon(ticket) }
        self.forgetLeft()
    }

    /// Abandons the commands that match and for which nothing is under way; what runs may finish.
    mutating func abandonIdle(_ matches: (InFlightCommand) -> Bool) {
        let idle = self.table.tickets { command in
            switch command.stage {
            case .waitingInLane, .paused, .waitingForRequest, .backingOff: matches(command)
            case .atLedger, .requesting, .finished: false
            }
        }
        for ticket in idle { self.abandon(ticket) }
        self.forgetLeft()
    }

    /// Drops the tickets of paused commands that have left.
    private mutating func forgetLeft() {
        if !self.held.isEmpty { self.held.removeAll { self.table[$0] == nil } }
    }

    private mutating func abandon(_ ticket: CommandTicket) {
        guard let inFlight = self.table[ticket], !inFlight.isAbandoned else { return }
        self.table.update(ticket) { $0.isAbandoned = true }
        self.abandonedCount += 1
        switch inFlight.stage {
        case .waitingInLane, .atLedger, .requesting:
            // It leaves when its turn comes, or when its answer comes: until then its lane must not continue.
            break
        case .paused, .waitingForRequest, .backingOff:
            self.leave(ticket, inFlight)
        case .finished:
            self.table.remove(ticket)
        }
    }

    private mutating func leave(_ ticket: CommandTicket, _ inFlight: InFlightCommand) {
        self.table.remove(ticket)
        self.forgetQuestion(ticket)
        self.advance(inFlight)
    }

    private mutating func advance(_ inFlight: InFlightCommand) {
        guard let lane = inFlight.context.externalID, let next = self.dispatcher.finish(lane: lane) else { return }
        self.ready.append(next)
    }
}
