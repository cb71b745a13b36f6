import HeapModule

/// Commands that wait for their next attempt, the soonest first.
struct BackOffQueue: Sendable {
    private struct Waiting: Comparable, Sendable {
        let due: Duration
        /// Until when the backend asked all callers to wait; what follows is the command's own wait.
        let heldUntil: Duration
        let ticket: CommandTicket

        static func < (left: Waiting, right: Waiting) -> Bool { left.due < right.due }
        static func == (left: Waiting, right: Waiting) -> Bool { left.due == right.due }
    }

    private var heap = Heap<Waiting>()

    /// Commands in here, those that have left meanwhile among them.
    var count: Int { self.heap.count }

    /// When the soonest is due.
    var nextDue: Duration? { self.heap.min?.due }

    /// When each of some commands is due, if it is in here; looks through all of them once.
    func dues(of tickets: Set<CommandTicket>) -> [CommandTicket: Duration] {
        self.heap.unordered.reduce(into: [:]) { dues, waiting in
            if tickets.contains(waiting.ticket) { dues[waiting.ticket] = waiting.due }
        }
    }

    /// - Parameter heldUntil: the end of the wait that the backend asked of all callers, if that is why it waits.
    mutating func insert(_ ticket: CommandTicket, due: Duration, heldUntil: Duration? = nil) {
        self.heap.insert(Waiting(due: due, heldUntil: heldUntil ?? .zero, ticket: ticket))
    }

    /// Ends what the backend asked of all callers: of such a wait only the command's own part is left.
    mutating func liftHold(at now: Duration) {
        guard self.heap.unordered.contains(where: { $0.heldUntil > now }) else { return }
        self.heap = Heap(
            self.heap.unordered.map { waiting in
                guard waiting.heldUntil > now else { return waiting }
                let own = waiting.due - waiting.heldUntil
                return Waiting(due: now + own, heldUntil: .zero, ticket: waiting.ticket)
            }
        )
    }

    /// Takes one that is due; commands that have left meanwhile are for the caller to recognise.
    mutating func popDue(at now: Duration) -> CommandTicket? {
        guard let first = self.heap.min, first.due <= now else { return nil }
        return self.heap.popMin()?.ticket
    }
}
