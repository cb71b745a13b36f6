import CustomerContract
import DequeModule
import Kafka

/// Publishing: what finishes while a batch is under way leaves with the next one; when nothing is under way there is no wait,
/// unless commands wait for requests anyway.
extension WorkerCore {
    mutating func startPublishing(at now: Moment) {
        guard self.fenced == nil else { return }
        if let due = self.publishRetry {
            guard now.uptime >= due else { return }
            self.publishRetry = nil
        } else if self.publishing != nil || self.isStoreFirst || self.isGathering(at: now) {
            return
        }
        (self.publishDue, self.hasGathered) = (nil, false)
        let batch = self.makeBatch()
        guard !batch.results.isEmpty || !batch.offsets.isEmpty else {
            // What could not be published is somebody else's now, and its trouble with it.
            self.publishing = nil
            self.publishTrouble = nil
            return
        }
        self.actions.append(.publish(batch))
    }

    /// Takes what came of the batch under way.
    mutating func published(_ outcome: PublishOutcome, at now: Moment) {
        guard let batch = self.publishing else { return }
        self.counters.count(outcome)
        self.publishTrouble = nil
        self.isStoresTurn = true
        switch outcome {
        case .published:
            self.publishing = nil
            for (id, progress) in batch.progress { self.assignments[id]?.committed = progress }
            self.settle(batch.results, at: now)
        case .notCommitted(let error):
            // The results are out; the partitions' progress still has to be committed, with the next batch.
            self.publishTrouble = error
            self.publishRetry = now.uptime + self.settings.effectRetryWait
            self.publishing = PublishingBatch(results: [], progress: batch.progress)
            self.settle(batch.results, at: now)
            if error.saysGroupMovedOn { self.abandonRevoked() }
        case .failed(let error, let unpublished):
            self.publishTrouble = error
            self.publishRetry = now.uptime + self.settings.effectRetryWait
            if error.saysGroupMovedOn { self.abandonRevoked() }
            guard let unpublished else { break }
            let results = batch.results.enumerated()
            self.publishing = PublishingBatch(
                results: results.filter { unpublished.contains($0.offset) }.map(\.element),
                progress: batch.progress
            )
            self.settle(results.filter { !unpublished.contains($0.offset) }.map(\.element), at: now)
        case .fenced(let error):
            self.fenced = error
        }
    }

    /// Whether commands wait for their turn at the API: that wait is what a producer notices then, and every batch costs the
    /// ledger, the client and the broker as much with little in it as with much.
    var isBehind: Bool {
        !self.requestQueue.isEmpty && self.revocation == nil && self.drainDeadline == nil
    }

    /// Whether results that come one by one should gather for a fuller batch.
    private mutating func isGathering(at now: Moment) -> Bool {
        guard
            self.isBehind, !self.hasGathered, self.publishTrouble == nil,
            !self.pending.isEmpty, self.pending.count < self.settings.gatherLimit
        else { return false }
        let due = self.publishDue ?? now.uptime + self.settings.gatherPatience
        self.publishDue = due
        return now.uptime < due
    }

    /// When results gather no longer; `nil` while something else holds them, whose end is an event.
    var gatherDeadline: Duration? {
        let isHeld = self.publishing != nil || self.isStoreFirst || self.storing != nil && self.storeTrouble == nil
        return isHeld ? nil : self.publishDue
    }

    /// Gathers results and the offsets that they make committable: the only place where a record is completed.
    private mutating func makeBatch() -> CommitBatch {
        // First what an earlier attempt could not publish or commit, without what has been taken away since.
        var results = (self.publishing?.results ?? []).filter { self.assignments[$0.assignment] != nil }
        for id in (self.publishing?.progress ?? [:]).keys { self.assignments[id]?.hasNews = true }
        self.completePending(into: &results)

        var concerned: [AssignmentID: OffsetProgress] = [:]
        var offsets: [PartitionOffset] = []
        for (id, assignment) in self.assignments where assignment.hasNews {
            self.assignments[id]?.hasNews = false
            guard let progress = assignment.tracker.progress, progress != assignment.committed else { continue }
            concerned[id] = progress
            offsets.append(
                PartitionOffset(
                    assignment.topicPartition,
                    offset: progress.offset,
                    metadata: OffsetMetadata.encode(progress)
                )
            )
        }
        self.publishing = PublishingBatch(results: results, progress: concerned)
        return CommitBatch(results: results.map(\.result), offsets: offsets)
    }

    private mutating func completePending(into batch: inout [PendingResult]) {
        var heldBack: Deque<PendingResult> = []
        var holding: Set<AssignmentID> = []
        while batch.count < self.settings.maximumCommitBatch, let next = self.pending.popFirst() {
            // Once one result of a partition is held back, every later one is, or results of one external_id could
            // change places; only the first unfinished record passes, which no held result of its id can precede.
            let isHolding = holding.contains(next.assignment)
            switch self.assignments[next.assignment]?.completeIfPossible(next.number, onlyAsFirst: isHolding) {
            case true?:
                batch.append(next)
            case false?:
                holding.insert(next.assignment)
                heldBack.append(next)
            case nil:
                // Its partition is gone.
                break
            }
        }
        if !heldBack.isEmpty { self.pending = heldBack + self.pending }
    }

    private mutating func settle(_ results: [PendingResult], at now: Moment) {
        // Looked at in place: a copy of each would be a dozen counted references.
        for index in results.indices {
            self.table.remove(results[index].ticket)
            self.counters.count(results[index].result, at: now.wall)
            if case .failed(let failure) = results[index].result.outcome {
                self.recentFailures.insert(RecentFailure(results[index].result, failure))
            }
        }
    }
}

extension KafkaError {
    /// The group has another generation, or is about to: this member's offsets are not taken before it has joined again.
    fileprivate var saysGroupMovedOn: Bool {
        ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID", "REBALANCE_IN_PROGRESS"].contains(self.name)
    }
}
