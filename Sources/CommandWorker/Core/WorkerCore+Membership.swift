import CustomerContract
import Kafka
import Ledger
import Records

/// What the group and the operator say: partitions come and go, intake stops and resumes, the worker drains.
extension WorkerCore {
    /// The group gave partitions: what it has committed for them is read first.
    mutating func partitionsAssigned(_ partitions: [TopicPartition]) {
        guard !self.partitions.isDraining else {
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
        self.partitions.await(partitions)
        self.actions.append(.readCommitted(partitions))
    }

    /// What the group has committed is read: records may come.
    mutating func assigned(_ answer: [CommittedPosition], at now: Moment) {
        let offsets = self.partitions.take(answer)
        guard !offsets.isEmpty else { return }
        self.actions.append(.assign(offsets))
        if self.intake.isPaused { self.actions.append(.pause(offsets.map(\.topicPartition))) }
        // librdkafka forgot the pauses of those that are assigned again.
        self.pausedPartitions.subtract(offsets.map(\.topicPartition))
    }

    /// The committed offsets could not be read: it is tried again.
    mutating func assignmentFailed(_ partitions: [TopicPartition], at now: Moment) {
        self.partitions.readFailed(partitions, at: now.uptime)
    }

    /// The group wants partitions back: nothing new is started for them, and what runs may finish within the budget.
    mutating func partitionsRevoked(_ partitions: [TopicPartition], at now: Moment) {
        let ids = self.partitions.revoked(partitions, at: now.uptime)
        self.lanes.abandonIdle { ids.contains($0.assignment) }
    }

    /// Another member has the partitions already: nothing is published for them.
    mutating func partitionsLost(_ partitions: [TopicPartition]) {
        self.lanes.abandon(self.partitions.lost(partitions))
        self.giveBack(partitions)
    }

    /// Stops permanently: nothing new is started, what runs may finish until the deadline.
    mutating func drain(until deadline: Duration) {
        if self.partitions.drain(until: deadline) { self.lanes.abandonIdle { _ in true } }
    }

    /// Whether the drain is over: everything that ran is published and committed, or the deadline has passed.
    var isDrained: Bool {
        self.partitions.isDraining && !self.results.isUnderWay && self.isAtRest(self.partitions.identities)
    }

    /// Ends what has run out of time, and reads again what could not be read.
    ///
    /// Before anything is started: what has run out of time gets no new work.
    mutating func endAssignments(at now: Duration) {
        let unread = self.partitions.readAgain(at: now)
        if !unread.isEmpty { self.actions.append(.readCommitted(unread)) }
        if let ended = self.partitions.endDrain(at: now) {
            self.own.cutOff += self.lanes.commands.count { !$0.command.isAbandoned }
            self.lanes.abandon(ended)
            self.results.cutOff()
        }
        let ended = self.partitions.endRevoked(at: now)
        if !ended.isEmpty { self.lanes.abandon(ended) }
    }

    /// Counts and tells what was found out about logs, and ends what is over of those that are gone.
    mutating func reportLogs() {
        let reports = self.partitions.takeReports()
        for report in reports {
            switch report {
            case .beganAnew: self.own.logRestarts += 1
            case .skipped(_, _, let count): self.own.recordsSkipped[.retention, default: 0] += count
            case .unreadableMetadata, .metadataLimited: break
            }
            self.actions.append(.reportLog(report))
        }
        if !reports.isEmpty { self.endSuperseded() }
    }

    /// Ends the assignments of logs that are gone when the last of their results is out.
    mutating func endSuperseded() {
        guard !self.partitions.superseded.isEmpty else { return }
        self.partitions.endSuperseded { [lanes] id in lanes.contains { $0.assignment == id && !$0.isAbandoned } }
    }

    /// Gives revoked partitions back as soon as nothing of them runs or waits for publishing.
    mutating func releaseRevoked() {
        guard let ids = self.partitions.revoking, self.isAtRest(ids) else { return }
        self.lanes.abandon(ids)
        self.giveBack(self.partitions.release())
    }

    private func isAtRest(_ ids: Set<AssignmentID>) -> Bool { self.results.isAtRest(ids, self.partitions, self.lanes) }

    /// Releases partitions, none of them paused: librdkafka keeps a pause beyond the assignment, and the next one of
    /// the same partition would never bring anything.
    private mutating func giveBack(_ partitions: [TopicPartition]) {
        if !partitions.isEmpty { self.actions.append(.resume(partitions)) }
        self.actions.append(.release(partitions))
    }

    // MARK: Intake

    /// Why nothing is taken in, or `nil` while records flow.
    var intakeBlock: IntakeBlock? {
        if self.partitions.isDraining { return .draining }
        if self.intake.isSuspended || self.pauses.ofAll != nil { return .suspended }
        if let reason = self.requests.gate.reason { return .backend(reason) }
        return self.blockWithin
    }

    /// Why nothing could be taken in even if the backend were well.
    private var blockWithin: IntakeBlock? {
        if let trouble = self.ledger.trouble { return .store(trouble.reason.rawValue) }
        if let trouble = self.results.trouble { return .publishing(trouble.name) }
        let bytes = self.shares.counted(self.lanes.byteCount)
        return self.intake.isFull(self.lanes.count, bytes: bytes, hasShares: self.shares.areKept) ? .full : nil
    }

    /// Stops and resumes all partitions, or those that are over their share.
    mutating func regulateIntake(at now: Duration) {
        let block = self.intakeBlock
        let change = self.intake.advance(block, seeksProbe: self.seeksProbe(at: now), at: now)
        var single = PartitionShares.Change()
        var isSharing = !self.intake.isPaused
        // The probe of a failing backend may have to come from any of them.
        if case .backend? = block { isSharing = false }
        if isSharing {
            single = self.shares.advance(
                self.partitions.loads,
                heldCount: self.partitions.held.count,
                count: self.lanes.count,
                bytes: self.lanes.byteCount,
                at: now
            )
        } else {
            single = self.shares.reset()
            if self.intake.isPaused { single.resume = [] }
        }
        let held = self.partitions.held.keys
        switch change {
        case .pause: self.actions.append(.pause(Array(held)))
        case .resume: self.resume(held.filter { !self.pausedPartitions.contains($0) })
        case nil: break
        }
        if !single.pause.isEmpty { self.actions.append(.pause(single.pause)) }
        self.resume(single.resume.filter { !self.pausedPartitions.contains($0) })
        self.pausePartitions(among: held)
    }

    /// Pauses and resumes single partitions as operators want it.
    private mutating func pausePartitions(among held: some Sequence<TopicPartition>) {
        let wanted = self.pauses.paused(of: held)
        guard wanted != self.pausedPartitions else { return }
        let (begun, ended) = (wanted.subtracting(self.pausedPartitions), self.pausedPartitions.subtracting(wanted))
        if !begun.isEmpty { self.actions.append(.pause(begun.sorted())) }
        self.pausedPartitions = wanted
        guard !self.intake.isPaused else { return }
        self.resume(ended.filter { self.partitions.held[$0] != nil && !self.shares.paused.contains($0) }.sorted())
    }

    private mutating func resume(_ partitions: [TopicPartition]) {
        if !partitions.isEmpty { self.actions.append(.resume(partitions)) }
    }

    /// Takes what operators have paused.
    mutating func pause(_ pauses: [Pause], at now: Moment) {
        self.pauses.set(pauses, at: now.wall)
        self.lanes.pause(self.pauses.ids)
    }

    /// Whether each partition is paused alone, so that nothing is taken in.
    var areAllOverShare: Bool {
        !self.shares.paused.isEmpty && self.shares.paused.count == self.partitions.held.count
    }

    /// Where logs start now, as the client has learnt.
    mutating func logsStart(_ starts: [TopicPartition: Int64]) { self.partitions.logsStart(starts) }

    /// How many events the owner may poll for now; 0 during a short block, and while records gather.
    func pollLimit(at now: Moment) -> Int {
        if self.gathersUntil(at: now.uptime) != nil { return 0 }
        let isBlocked = self.intakeBlock != nil
        let limit = self.intake.pollLimit(isBlocked: isBlocked, inFlight: self.lanes.count)
        if isBlocked { return limit }
        if self.shares.isBlocking { return 0 }
        return min(limit, self.shares.pollLimit(count: self.lanes.count, bytes: self.lanes.byteCount))
    }

    mutating func suspendIntake() { self.intake.suspend() }

    mutating func resumeIntake() { self.intake.resume() }

    /// Whether the backend needs a probe that no command in flight can be.
    ///
    /// Its commands may have left with their partitions, or may be those that fail by themselves: without a record from
    /// outside requests would never start again.
    func seeksProbe(at now: Duration) -> Bool {
        guard case .backend? = self.intakeBlock, self.ledger.isEmpty else { return false }
        // A full table must not keep the probe out that would empty it: a few places are kept for probes.
        if let block = self.blockWithin, block != .full || !self.intake.hasReserve(self.lanes.count) { return false }
        return self.requests.gate.seeksProbe(isSeeking: self.intake.seeksProbe, at: now)
            && !self.requests.hasProbe(self.lanes)
    }

    /// Applies other limits.
    mutating func reconfigure(_ live: LiveSettings, at now: Moment) {
        self.settings.live = live
        self.requests.reconfigure(live.retry, limit: live.requestLimit, rate: live.rateLimit, at: now.uptime)
    }

    // MARK: Counters

    /// What the worker has done since it began, as its lines have counted it.
    var counters: WorkerCounters {
        var counters = self.own
        counters.abandoned = self.lanes.abandonedCount
        counters.retries = self.requests.retries
        return counters
    }
}
