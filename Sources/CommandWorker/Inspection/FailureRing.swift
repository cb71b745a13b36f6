import CustomerContract

/// The latest failures, a few.
struct FailureRing: Sendable {
    static let capacity = 10

    private var stored: [RecentFailure] = []
    private var next = 0

    mutating func insert(_ failure: RecentFailure) {
        if self.stored.count < Self.capacity {
            self.stored.append(failure)
        } else {
            self.stored[self.next] = failure
        }
        self.next = (self.next + 1) % Self.capacity
    }

    var newestFirst: [RecentFailure] {
        let start = self.stored.count < Self.capacity ? 0 : self.next
        return (self.stored[start...] + self.stored[..<start]).reversed()
    }
}
