import DequeModule

/// Commands that wait for their request: those whose turn comes next, in order, and those that back off.
///
/// A command in the queue has the stage `waitingForRequest`, one that backs off `backingOff`; one that was abandoned
/// meanwhile is dropped when its turn comes.
struct RequestQueue: Sendable {
    private var ready: Deque<CommandTicket> = []
    private var backOffs = BackOffQueue()

    /// Commands whose request may go, those that have left meanwhile among them.
    var readyCount: Int { self.ready.count }
    /// Commands that back off, those that have left meanwhile among them.
    var backingOffCount: Int { self.backOffs.count }
    /// Whether no request waits for its turn; of the head, commands that have left were dropped before.
    var isEmpty: Bool { self.ready.isEmpty }
    /// When the next command has backed off.
    var due: Duration? { self.backOffs.nextDue }

    /// When a command's next attempt is due, if it backs off; looks through all of them.
    func dues(of tickets: Set<CommandTicket>) -> [CommandTicket: Duration] { self.backOffs.dues(of: tickets) }

    /// Whether a command that waits for its turn matches.
    func contains(_ lanes: Lanes, where matches: (InFlightCommand) -> Bool) -> Bool {
        self.ready.contains { ticket in
            lanes[ticket].map { $0.stage == .waitingForRequest && matches($0) } ?? false
        }
    }

    mutating func append(_ ticket: CommandTicket, _ lanes: inout Lanes) {
        lanes.update(ticket) { $0.stage = .waitingForRequest }
        self.ready.append(ticket)
    }

    /// Puts a command back whose turn it was.
    mutating func prepend(_ ticket: CommandTicket, _ lanes: inout Lanes) {
        lanes.update(ticket) { $0.stage = .waitingForRequest }
        self.ready.prepend(ticket)
    }

    /// - Parameter heldUntil: the end of the wait that the backend asked of all callers, if that is why it waits.
    mutating func backOff(
        _ ticket: CommandTicket,
        until due: Duration,
        heldUntil: Duration? = nil,
        _ lanes: inout Lanes
    ) {
        lanes.update(ticket) { $0.stage = .backingOff }
        self.backOffs.insert(ticket, due: due, heldUntil: heldUntil)
    }

    /// Ends what the backend asked of all callers.
    mutating func liftHold(at now: Duration) { self.backOffs.liftHold(at: now) }

    /// Brings the commands back whose next attempt is due, and drops those that have left.
    mutating func advance(_ lanes: inout Lanes, at now: Duration) {
        while let ticket = self.backOffs.popDue(at: now) {
            if lanes[ticket]?.stage == .backingOff { self.append(ticket, &lanes) }
        }
        // Commands that left while requests were stopped: dropped before they are more than those that are there.
        if self.ready.count > 2 * lanes.count + 1 {
            self.ready = self.ready.filter { lanes[$0]?.stage == .waitingForRequest }
        }
    }

    /// Drops commands that were abandoned while they waited, up to the first that was not.
    mutating func dropLeft(_ lanes: Lanes) {
        while let first = self.ready.first, lanes[first]?.stage != .waitingForRequest { self.ready.removeFirst() }
    }

    mutating func popFirst() -> CommandTicket? { self.ready.popFirst() }

    /// Takes a command for a probe: any of those that have not failed, if there are such, or of all.
    ///
    /// The first ones are those of customers that fail by themselves, where these are many.
    mutating func takeProbe(_ lanes: Lanes, using random: inout SplitMix64) -> CommandTicket? {
        let waiting = self.ready.indices.filter { lanes[self.ready[$0]]?.stage == .waitingForRequest }
        let fresh = waiting.filter { lanes[self.ready[$0]]?.isFresh == true }
        let chosen = (fresh.isEmpty ? waiting : fresh).randomElement(using: &random)
        return chosen.map { self.ready.remove(at: $0) }
    }

    /// Lets commands back off instead of waiting for their turn, as far as there is a moment for them.
    mutating func backOff(_ lanes: inout Lanes, until due: (InFlightCommand) -> Duration?) {
        let waiting = self.ready
        self.ready = []
        for ticket in waiting {
            guard let command = lanes[ticket], command.stage == .waitingForRequest else { continue }
            guard let moment = due(command) else {
                self.ready.append(ticket)
                continue
            }
            self.backOff(ticket, until: moment, &lanes)
        }
    }
}
