import CustomerContract
import Ledger

/// The ledger: look-ups and successes gather while one batch is under way, and leave together with the next.
///
/// Little work takes turns with publishing, so that a transaction of the ledger's and one of Kafka's carry the same commands;
/// much work does not wait, so that both are busy at once. While commands wait for requests anyway, little work waits for more.
extension WorkerCore {
    mutating func startStore(at now: Moment) {
        if let due = self.storeRetry {
            // The batch that failed is tried again as it was, before anything newer.
            guard now.uptime >= due, let batch = self.storing else { return }
            self.storeRetry = nil
            self.actions.append(.store(batch))
            return
        }
        guard self.storing == nil, !self.store.isEmpty else { return }
        if let patience = self.storePatience {
            let since = self.storeSince ?? now.uptime
            let due = since + patience
            (self.storeSince, self.storeDue) = (since, due)
            guard now.uptime >= due else { return }
        }
        (self.storeSince, self.storeDue) = (nil, nil)
        let batch = self.store.removeFirst(self.settings.maximumStoreBatch)
        self.storing = batch
        self.actions.append(.store(batch))
    }

    /// How long what waits for the ledger may wait for company; `nil` for no wait at all.
    private var storePatience: Duration? {
        let isGathering = self.publishing == nil && self.isBehind
        let enough = isGathering ? self.settings.gatherLimit : self.settings.smallStoreBatch
        if self.publishTrouble != nil || self.store.count >= enough { return nil }
        // Requests that could go wait for their look-ups.
        if !self.store.lookUps.isEmpty, self.requestQueue.count < self.limiter.limit { return nil }
        if self.publishing != nil { return self.settings.storePatience }
        return isGathering ? self.settings.gatherPatience : nil
    }

    /// Whether publishing should wait for the little that the ledger is asked, or about to be asked, as it is more than what could
    /// be published without.
    var isStoreFirst: Bool {
        guard self.isStoresTurn, self.storeTrouble == nil else { return false }
        let count = self.storing?.count ?? self.store.count
        return count > self.pending.count && count < self.settings.smallStoreBatch
    }

    /// Takes the answer to the batch under way.
    mutating func stored(_ outcome: StoreOutcome, at now: Moment) {
        guard let batch = self.storing else { return }
        self.isStoresTurn = false
        switch outcome {
        case .failed(let error):
            self.storeTrouble = error
            self.storeRetry = now.uptime + self.settings.effectRetryWait
        case .done(let found, let made, let earlier):
            self.storeTrouble = nil
            self.storing = nil
            // Its results have gathered in the batch.
            self.hasGathered = true
            for (index, lookUp) in batch.lookUps.enumerated() {
                self.lookedUp(lookUp.ticket, lookUp.command, found[index], at: now)
            }
            for (index, creation) in batch.creations.enumerated() {
                let command = creation.command
                self.dispatcher.keep(
                    earlier[index]
                        ?? LedgerEntry(
                            command: command,
                            customer: made[index],
                            outcome: .created,
                            rememberedAt: now.wall
                        ),
                    for: command.externalID
                )
                self.succeeded(creation.ticket, command, .created, made[index], earlier: earlier[index], at: now)
            }
            for (index, success) in batch.entries.enumerated() {
                guard let command = self.table[success.ticket]?.command else { continue }
                let (outcome, customer) = (success.entry.outcome, success.entry.customer)
                // Another worker may have been quicker: then its success is the first, and this command's a replay.
                let earlier = earlier[batch.creations.count + index]
                self.dispatcher.keep(earlier ?? success.entry, for: command.externalID)
                self.succeeded(success.ticket, command, outcome, customer, earlier: earlier, at: now)
            }
        }
    }

    mutating func lookedUp(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ entry: LedgerEntry?,
        at now: Moment
    ) {
        guard let inFlight = self.table[ticket] else { return }
        if let entry { self.dispatcher.keep(entry, for: command.externalID) }
        switch LedgerVerdict(command: command, entry: entry) {
        case .new where self.isLeaving(inFlight.assignment):
            // Nobody waits for it here: the record's next owner sends the request.
            self.giveUp(ticket)
        case .new:
            self.table.update(ticket) { $0.stage = .waitingForRequest }
            self.requestQueue.append(ticket)
        case .repeated(let outcome, let customer):
            self.finish(ticket, .created(outcome, customer), at: now)
        case .replayed(let customer):
            self.finish(ticket, .created(.replayed, customer), at: now)
        case .conflict(let failure):
            self.finish(ticket, .failed(failure), at: now)
        }
    }

    private mutating func succeeded(
        _ ticket: CommandTicket,
        _ command: CreateCustomerCommand,
        _ outcome: CreatedOutcome,
        _ customer: CustomerDocument,
        earlier: LedgerEntry?,
        at now: Moment
    ) {
        switch LedgerVerdict(command: command, entry: earlier) {
        case .new: self.finish(ticket, .created(outcome, customer), at: now)
        case .repeated(let outcome, let customer): self.finish(ticket, .created(outcome, customer), at: now)
        case .replayed(let customer): self.finish(ticket, .created(.replayed, customer), at: now)
        case .conflict(let failure): self.finish(ticket, .failed(failure), at: now)
        }
    }
}

extension StoreBatch {
    /// Takes up to `limit` pieces of work out, successes first: results wait for them.
    mutating func removeFirst(_ limit: Int) -> StoreBatch {
        guard self.count > limit else {
            defer { self = StoreBatch() }
            return self
        }
        var batch = StoreBatch()
        batch.entries = Array(self.entries.prefix(limit))
        self.entries.removeFirst(batch.entries.count)
        batch.creations = Array(self.creations.prefix(limit - batch.count))
        self.creations.removeFirst(batch.creations.count)
        batch.lookUps = Array(self.lookUps.prefix(limit - batch.count))
        self.lookUps.removeFirst(batch.lookUps.count)
        return batch
    }
}
