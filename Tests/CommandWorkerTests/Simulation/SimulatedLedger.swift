import CustomerContract
import Ledger
import Records
import Topics

@testable import CommandWorker

/// The ledger of all workers: survives every crash, and of two successes of one external_id keeps the first.
struct SimulatedLedger {
    private(set) var entries: [ExternalID: LedgerEntry] = [:]
    private var customersMade = 0
    /// A memory that forgets, to see that somebody notices.
    var isForgetful = false

    private struct SetKey: Hashable {
        let partition: TopicPartition
        let place: SpillPlace
    }

    private var sets: [SetKey: [UInt8]] = [:]
    /// A memory that has one slot for each writer instead of two.
    var hasOneSlot = false

    mutating func keep(_ spilled: [SpilledProgress]) {
        for set in spilled { self.sets[self.key(set.topicPartition, set.place)] = set.text }
    }

    func spilledSet(of partition: TopicPartition, at place: SpillPlace) -> [UInt8]? {
        self.sets[self.key(partition, place)]
    }

    private func key(_ partition: TopicPartition, _ place: SpillPlace) -> SetKey {
        SetKey(partition: partition, place: self.hasOneSlot ? SpillPlace(writer: place.writer) : place)
    }

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
