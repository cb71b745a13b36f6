import CustomerContract
import Kafka

/// Assignments: taken from what the group has committed, given back when what runs has finished and is published.
extension WorkerCore {
    /// The group gave partitions: what it has committed for them is read first.
    mutating func partitionsAssigned(_ partitions: [TopicPartition]) {
        guard self.drainDeadline == nil else {
            // On the way out: the answer is due all the same, and leaving gives them back.
            self.actions.append(.assign(partitions.map { PartitionOffset($0, offset: nil) }))
            self.actions.append(.pause(partitions))
            return
        }
        guard !partitions.isEmpty else {
            // More members than partitions, or nothing new for this one: the group waits for the answer all the same.
            self.actions.append(.assign([]))
            return
        }
        self.awaited.formUnion(partitions)
        self.actions.append(.readCommitted(partitions))
    }

    /// What the group has committed is read: records may come.
    mutating func assigned(_ answer: [PartitionOffset], at now: Moment) {
        // The answer may come after the partition has been taken away again.
        let offsets = answer.filter { self.awaited.remove($0.topicPartition) != nil }
        guard !offsets.isEmpty else { return }
        for entry in offsets {
            let id = AssignmentID(value: self.nextAssignment)
            self.nextAssignment += 1
            let committed = entry.offset.map { offset in
                OffsetProgress(offset: offset, completed: OffsetMetadata.decode(entry.metadata, at: offset))
            }
            self.assignments[id] = PartitionAssignment(
                id: id,
                topicPartition: entry.topicPartition,
                tracker: OffsetTracker(committed: committed, runLimit: self.settings.runLimit),
                committed: committed
            )
            self.current[entry.topicPartition] = id
        }
        self.actions.append(.assign(offsets))
        if self.intake.isPaused { self.actions.append(.pause(offsets.map(\.topicPartition))) }
    }

    /// The committed offsets could not be read: it is tried again, since guessing would skip or repeat commands.
    mutating func assignmentFailed(_ partitions: [TopicPartition], at now: Moment) {
        guard !self.awaited.isDisjoint(with: partitions) else { return }
        self.assignmentRetry = now.uptime + self.settings.effectRetryWait
    }

    /// The group wants partitions back: nothing new is started for them, and what runs may finish within the budget.
    mutating func partitionsRevoked(_ partitions: [TopicPartition], at now: Moment) {
        self.awaited.subtract(partitions)
        let ids = Set(partitions.compactMap { self.current.removeValue(forKey: $0) })
        self.revocation = Revocation(
            partitions: (self.revocation?.partitions ?? []) + partitions,
            assignments: (self.revocation?.assignments ?? []).union(ids),
            deadline: self.revocation?.deadline ?? now.uptime + self.settings.revocationBudget
        )
        self.abandonIdle { ids.contains($0.assignment) }
    }

    /// Somebody else has the partitions already: nothing is published for them.
    mutating func partitionsLost(_ partitions: [TopicPartition]) {
        self.awaited.subtract(partitions)
        for partition in partitions { self.current[partition] = nil }
        // Those that are being given back just now are lost as well.
        self.drop(Set(self.assignments.values.filter { partitions.contains($0.topicPartition) }.map(\.id)))
        self.giveBack(partitions)
    }

    /// One record of an assigned partition; records of others came too late and are somebody else's.
    mutating func received(
        _ record: KafkaRecord,
        decode: (KafkaRecord) -> DecodedCommand,
        at now: Moment
    ) {
        guard let id = self.current[record.topicPartition], self.drainDeadline == nil else { return }
        switch self.assignments[id]?.tracker.accept(record.offset) {
        case .run(let number):
            let decoded = decode(record)
            if case .command(let command) = decoded { self.counters.unknownFields += command.unknownFields.count }
            self.admit(decoded, size: record.byteCount, assignment: id, number: number, at: now)
        case .skip:
            self.counters.skipped += 1
            self.assignments[id]?.hasNews = true
        case .seen, nil:
            break
        }
    }

    /// Stops for good: nothing new is started, what runs may finish until the deadline.
    mutating func drain(until deadline: Duration) {
        guard self.drainDeadline == nil else { return }
        self.drainDeadline = deadline
        self.abandonIdle { _ in true }
    }

    /// Whether the drain is over: everything that ran is published and committed, or the deadline has passed.
    var isDrained: Bool {
        self.drainDeadline != nil && self.publishing == nil && self.isAtRest(Set(self.assignments.keys))
    }

    /// Whether an assignment gets no new work because it is about to end.
    func isLeaving(_ assignment: AssignmentID) -> Bool {
        self.drainDeadline != nil || self.revocation?.assignments.contains(assignment) == true
            || self.assignments[assignment] == nil
    }

    mutating func advanceRebalance(at now: Moment) {
        if let due = self.assignmentRetry, now.uptime >= due {
            self.assignmentRetry = nil
            if !self.awaited.isEmpty { self.actions.append(.readCommitted(self.awaited.sorted())) }
        }
        if let deadline = self.drainDeadline, now.uptime >= deadline {
            self.counters.cutOff += self.table.commands.count { !$0.command.isAbandoned }
            self.drop(Set(self.assignments.keys))
            self.publishing = nil
        }
        // Before anything is started: what has run out of time gets no new work.
        if let revocation = self.revocation, now.uptime >= revocation.deadline { self.drop(revocation.assignments) }
    }

    /// Gives revoked partitions back as soon as nothing of them runs or waits for publishing.
    mutating func releaseRevoked() {
        guard let revocation = self.revocation, self.isAtRest(revocation.assignments) else { return }
        self.drop(revocation.assignments)
        self.revocation = nil
        self.giveBack(revocation.partitions)
    }

    /// The group takes nothing from this member any more before it has answered the revocation: waiting for it would only hold
    /// everybody up.
    mutating func abandonRevoked() {
        guard let revocation = self.revocation else { return }
        self.drop(revocation.assignments)
    }

    /// Releases partitions, none of them paused: librdkafka keeps a pause beyond the assignment, and the next one of the same
    /// partition would bring nothing for ever.
    private mutating func giveBack(_ partitions: [TopicPartition]) {
        if !partitions.isEmpty { self.actions.append(.resume(partitions)) }
        self.actions.append(.release(partitions))
    }

    /// Whether nothing more can come of partitions that get no new work, once publishing has had its chance.
    ///
    /// Finished commands may be left: those whose completion cannot be written down while an earlier one, which has been
    /// given up, is unfinished. They run again elsewhere.
    private func isAtRest(_ ids: Set<AssignmentID>) -> Bool {
        for id in ids {
            guard let assignment = self.assignments[id] else { continue }
            if assignment.hasNews || self.publishing?.progress[id] != nil { return false }
        }
        return !self.table.contains { command in
            guard !command.isAbandoned, ids.contains(command.assignment) else { return false }
            // While a batch is under way, what has finished since then waits for the next one.
            return command.stage != .finished || self.publishing != nil
        }
    }

    private mutating func drop(_ ids: Set<AssignmentID>) {
        for ticket in self.table.tickets(where: { ids.contains($0.assignment) }) { self.abandon(ticket) }
        for id in ids { self.assignments[id] = nil }
    }

    private mutating func abandonIdle(_ matches: (InFlightCommand) -> Bool) {
        let idle = self.table.tickets { command in
            switch command.stage {
            case .waitingInLane, .waitingForRequest, .backingOff: matches(command)
            case .atLedger, .requesting, .finished: false
            }
        }
        for ticket in idle { self.abandon(ticket) }
    }
}

extension KafkaRecord {
    /// What a record weighs in memory, about: its bytes and a little for each header.
    var byteCount: Int {
        let headers = self.headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) + 64 }
        return (self.key?.count ?? 0) + (self.value?.count ?? 0) + headers
    }
}
