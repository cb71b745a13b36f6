/// Linger: how long a batch that could leave waits to fill.
///
/// One rule for the ledger's batches and for those of results. Each batch costs a write that reaches a disk, however
/// little is in it, so a batch waits while something else is the bottleneck anyway, and leaves at once when waiting
/// would be the delay that is noticed.
struct Linger: Sendable {
    private var since: Duration?
    /// When the wait ends; `nil` while no batch waits.
    private(set) var due: Duration?

    /// Whether the batch waits; the first call of a batch begins its wait.
    ///
    /// - Parameter limit: how long it may wait from its beginning; `nil` when it leaves at once.
    mutating func holds(atMost limit: Duration?, at now: Duration) -> Bool {
        guard let limit else { return false }
        let since = self.since ?? now
        (self.since, self.due) = (since, since + limit)
        return now < since + limit
    }

    /// Whether the batch waits for this moment, however long it has waited.
    mutating func holds(until end: Duration?, at now: Duration) -> Bool {
        guard let end, now < end else { return false }
        self.due = end
        return true
    }

    /// The batch has left.
    mutating func end() { (self.since, self.due) = (nil, nil) }
}

/// The sizes and the time by which batches linger.
struct LingerSettings: Sendable, Hashable {
    /// The longest wait.
    ///
    /// A success that is not remembered is forgotten with the process, so it is short.
    var limit: Duration = .milliseconds(50)
    /// Work for the ledger of this size does not wait for the results under way: below it, it would not be published
    /// before anyway.
    var smallBatch = 256
    /// A batch of this size does not wait for more while commands wait for requests.
    ///
    /// Smaller ones do, since a transaction costs librdkafka up to two milliseconds of a core, however little is in it:
    /// its timer for new partitions spins below a millisecond.
    var fullBatch = 1_000
    /// From the departure of one small batch of results to the next, at least; see ``ResultLine/pacedUntil``.
    var pace: Duration = .zero
}
