import CustomerContract
import Ledger
import Records

/// Work for the ledger, each piece with the command that waits for it: one transaction of the ledger.
struct LedgerWork: Sendable {
    /// Commands whose external_id is to be looked up.
    var lookUps: [(ticket: CommandTicket, command: CreateCustomerCommand)] = []
    /// Commands whose customer is to be made here and remembered.
    var creations: [(ticket: CommandTicket, command: CreateCustomerCommand)] = []
    /// Successes at the backend to be remembered.
    var entries: [(ticket: CommandTicket, entry: LedgerEntry)] = []

    /// What of these successes' ids was remembered before, of customers that are gone.
    var superseded: [LedgerEntry] = []

    var isEmpty: Bool { self.lookUps.isEmpty && self.creations.isEmpty && self.entries.isEmpty }
    var count: Int { self.lookUps.count + self.creations.count + self.entries.count }

    /// Takes up to `limit` pieces of work out, successes first: results wait for them.
    mutating func removeFirst(_ limit: Int) -> LedgerWork {
        guard self.count > limit else {
            defer { self = LedgerWork() }
            return self
        }
        var batch = LedgerWork()
        // All of them, rare as they are: to be gone too early only costs a lookup.
        swap(&batch.superseded, &self.superseded)
        batch.entries = Array(self.entries.prefix(limit))
        self.entries.removeFirst(batch.entries.count)
        batch.creations = Array(self.creations.prefix(limit - batch.count))
        self.creations.removeFirst(batch.creations.count)
        batch.lookUps = Array(self.lookUps.prefix(limit - batch.count))
        self.lookUps.removeFirst(batch.lookUps.count)
        return batch
    }
}

/// What came of a batch of ``LedgerWork``.
enum LedgerAnswer: Sendable {
    /// What the ledger found, in the order of lookups, and what it remembered earlier, in the order of creations, then
    /// entries. `made` are the customers that were made for the creations.
    case done(found: [LedgerEntry?], made: [CustomerDocument], earlier: [LedgerEntry?])
    /// Nothing of the batch was remembered.
    case failed(LedgerError)
}

/// Carries out a batch for the ledger, and makes the customers of backend `local` on the way, off the core's thread.
struct LedgerWriter: Sendable {
    let ledger: any Ledger
    let customers: LocalCustomers
    let metrics: StoreMetrics

    func write(_ batch: LedgerWork, at moment: UnixMilliseconds) async -> LedgerAnswer {
        let made = self.customers.make(batch.creations.map(\.command), at: moment)
        var request = LedgerBatch(lookUps: batch.lookUps.map(\.command.externalID))
        request.superseded = batch.superseded
        request.entries.reserveCapacity(made.count + batch.entries.count)
        for (creation, customer) in zip(batch.creations, made) {
            request.entries.append(
                LedgerEntry(command: creation.command, customer: customer, outcome: .created, rememberedAt: moment)
            )
        }
        request.entries.append(contentsOf: batch.entries.map(\.entry))
        let clock = ContinuousClock()
        let start = clock.now
        defer {
            self.metrics.record(
                clock.now - start,
                looksUp: !request.lookUps.isEmpty,
                remembers: !request.entries.isEmpty
            )
        }
        do {
            let answers = try await self.ledger.apply(request)
            return .done(found: answers.found, made: made, earlier: answers.earlier)
        } catch {
            return .failed(error)
        }
    }
}
