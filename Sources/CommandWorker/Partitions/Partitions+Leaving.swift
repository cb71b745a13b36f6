import Records

/// Partitions are given back, lost, or left behind by a drain; superseded assignments end with the others of their
/// partition.
extension Partitions {
    /// Partitions that the group wants back, while their running commands finish.
    struct Revocation: Sendable {
        let partitions: [TopicPartition]
        let assignments: Set<AssignmentID>
        /// When they are given back whatever still runs.
        let deadline: Duration
    }

    /// The group wants partitions back: nothing new is started for them, and what runs may finish within the budget.
    ///
    /// - Returns: the assignments that are about to end.
    mutating func revoked(_ partitions: [TopicPartition], at now: Duration) -> Set<AssignmentID> {
        self.awaited.subtract(partitions)
        for partition in partitions { self.current[partition] = nil }
        let ids = self.assignments(of: partitions)
        self.revocation = Revocation(
            partitions: (self.revocation?.partitions ?? []) + partitions,
            assignments: (self.revocation?.assignments ?? []).union(ids),
            deadline: self.revocation?.deadline ?? now + self.revocationBudget
        )
        return ids
    }

    /// Another member has the partitions already: nothing is published for them.
    ///
    /// - Returns: the assignments that have ended, those that were being given back among them.
    mutating func lost(_ partitions: [TopicPartition]) -> Set<AssignmentID> {
        self.awaited.subtract(partitions)
        for partition in partitions { self.current[partition] = nil }
        return self.end(self.assignments(of: partitions))
    }

    /// Every assignment of these partitions that has not ended, superseded ones among them.
    private func assignments(of partitions: [TopicPartition]) -> Set<AssignmentID> {
        Set(self.assignments.values.filter { partitions.contains($0.topicPartition) }.map(\.id))
    }

    /// Stops permanently: nothing new is started, what runs may finish until the deadline; `false` when that was said
    /// before.
    mutating func drain(until deadline: Duration) -> Bool {
        guard !self.isDraining else { return false }
        self.drainDeadline = deadline
        return true
    }

    /// Ends every assignment when the drain's time is over; `nil` while it is not.
    mutating func endDrain(at now: Duration) -> Set<AssignmentID>? {
        guard let deadline = self.drainDeadline, now >= deadline else { return nil }
        return self.end(self.identities)
    }

    /// Ends the revoked assignments whose time is over.
    mutating func endRevoked(at now: Duration) -> Set<AssignmentID> {
        guard let revocation = self.revocation, now >= revocation.deadline else { return [] }
        return self.end(revocation.assignments)
    }

    /// Ends the revoked assignments whatever runs: the group takes nothing from this member any more before it has
    /// answered the revocation, so that waiting would only hold the others up.
    mutating func abandonRevoked() -> Set<AssignmentID> {
        self.end(self.revocation?.assignments ?? [])
    }

    /// Ends the revoked assignments; the partitions to be given back.
    mutating func release() -> [TopicPartition] {
        guard let revocation = self.revocation else { return [] }
        _ = self.end(revocation.assignments)
        self.revocation = nil
        return revocation.partitions
    }

    private mutating func end(_ ids: Set<AssignmentID>) -> Set<AssignmentID> {
        for id in ids { self.assignments[id] = nil }
        self.changes += 1
        self.superseded.subtract(ids)
        return ids
    }
}
