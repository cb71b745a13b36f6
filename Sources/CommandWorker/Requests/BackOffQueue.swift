import HeapModule

/// Commands that wait for their next attempt, the soonest first.
struct BackOffQueue: Sendable {
    private struct Waiting: Comparable, Sendable {
        let due: Duration
        let ticket: CommandTicket

        static func < (left: Waiting, right: Waiting) -> Bool { left.due < right.due }
        static func == (left: Waiting, right: Waiting) -> Bool { left.due == right.due }
    }

    private var heap = Heap<Waiting>()

    /// Commands in here, those that have left meanwhile among them.
    var count: Int { self.heap.count }

    /// When the soonest is due.
    var nextDue: Duration? { self.heap.min?.due }

    /// When a command is due, if it is in here; looks through all of them.
    func due(of ticket: CommandTicket) -> Duration? {
        self.heap.unordered.first { $0.ticket == ticket }?.due
    }

    mutating func insert(_ ticket: CommandTicket, due: Duration) {
        self.heap.insert(Waiting(due: due, ticket: ticket))
    }

    /// Takes one that is due; commands that have left meanwhile are for the caller to recognise.
    mutating func popDue(at now: Duration) -> CommandTicket? {
        guard let first = self.heap.min, first.due <= now else { return nil }
        return self.heap.popMin()?.ticket
    }
}
