import CustomerContract
import Ledger
import Records

@testable import CommandWorker

/// The ledger of all workers: survives every crash, and of two successes of one external_id keeps the first.
struct SimulatedLedger {
    private(set) var entries: [ExternalID: LedgerEntry] = [:]
    private var customersMade = 0
    /// A memory that forgets, to see that somebody notices.
    var isForgetful = false

    mutating func apply(_ batch: LedgerWork, at moment: UnixMilliseconds) -> LedgerAnswer {
        let found = batch.lookUps.map { self.entries[$0.command.externalID] }
        var made: [CustomerDocument] = []
        var earlier: [LedgerEntry?] = []
        for creation in batch.creations {
            self.customersMade += 1
            let customer = CustomerDocument(json: Array(#"{"id":"cust_\#(self.customersMade)"}"#.utf8))
            made.append(customer)
            earlier.append(
                self.remember(
                    LedgerEntry(
                        command: creation.command,
                        customer: customer,
                        outcome: .created,
                        rememberedAt: moment
                    )
                )
            )
        }
        for entry in batch.superseded where self.entries[entry.externalID] == entry {
            self.entries[entry.externalID] = nil
        }
        for entry in batch.entries { earlier.append(self.remember(entry.entry)) }
        return .done(found: found, made: made, earlier: earlier)
    }

    private mutating func remember(_ entry: LedgerEntry) -> LedgerEntry? {
        if self.isForgetful { return nil }
        if let earlier = self.entries[entry.externalID] { return earlier }
        self.entries[entry.externalID] = entry
        return nil
    }
}
