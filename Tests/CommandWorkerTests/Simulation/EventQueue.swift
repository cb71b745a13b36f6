/// What happens at which virtual time; of two things at the same time the one that was put in first comes first.
struct EventQueue {
    private struct Event {
        let time: Duration
        let number: Int
        let body: () -> Void

        func isBefore(_ other: Event) -> Bool { (self.time, self.number) < (other.time, other.number) }
    }

    private(set) var now: Duration = .zero
    private var heap: [Event] = []
    private var nextNumber = 0

    var isEmpty: Bool { self.heap.isEmpty }

    mutating func schedule(at time: Duration, _ body: @escaping () -> Void) {
        self.heap.append(Event(time: max(time, self.now), number: self.nextNumber, body: body))
        self.nextNumber += 1
        var child = self.heap.count - 1
        while child > 0, self.heap[child].isBefore(self.heap[(child - 1) / 2]) {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Moves the clock to the next event and hands it out, to be run by the caller.
    mutating func next() -> (() -> Void)? {
        guard let first = self.heap.first, let last = self.heap.popLast() else { return nil }
        self.now = first.time
        guard !self.heap.isEmpty else { return first.body }
        self.heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.heap[child].isBefore(self.heap[least]) { least = child }
            }
            guard least != parent else { return first.body }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }
}
