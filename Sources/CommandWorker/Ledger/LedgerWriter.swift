import CustomerContract
import Ledger
import Records

/// Carries out a batch for the ledger, and makes the customers of backend `local` on the way, off the core's thread.
struct LedgerWriter: Sendable {
    let ledger: any Ledger
    let customers: LocalCustomers
    let metrics: StoreMetrics

    func write(_ batch: LedgerWork, at moment: UnixMilliseconds) async -> LedgerAnswer {
        let made = batch.creations.map { self.customers.make($0.command, at: moment) }
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
