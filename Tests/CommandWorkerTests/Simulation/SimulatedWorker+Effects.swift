import CustomerContract
import Kafka
import Ledger
import Records

@testable import CommandWorker

/// What the core wants done, done at a random pace, with random failures, and perhaps after the process has died.
extension SimulatedWorker {
    func perform(_ action: WorkerAction, at now: Moment) {
        self.simulation.trace("worker \(self.slot) member \(self.member) does \(action.described)")
        switch action {
        case .remember(let batch): self.store(batch)
        case .request(let request): self.send(request)
        case .publish(let batch):
            let credentials = self.simulation.group.credentials(of: self.member)
            self.keep(batch) {
                switch self.simulation.profile.guarantee {
                case .exactlyOnce: self.publishTransaction(batch, credentials)
                case .atLeastOnce: self.publishPlainly(batch, credentials)
                }
            }
        case .readCommitted(let partitions): self.readCommitted(partitions)
        case .assign(let offsets): self.assign(offsets)
        case .release(let partitions): self.release(partitions)
        case .pause(let partitions): self.pause(partitions)
        case .resume(let partitions): self.resume(partitions)
        case .askNeutral: self.askNeutral()
        case .report(.backendFails): self.simulation.outages += 1
        case .report, .reportLog: break
        }
    }

    private func store(_ batch: LedgerWork) {
        let simulation = self.simulation
        simulation.after(simulation.pace()) {
            // What was on its way when the process died may arrive or not.
            guard self.isAlive || simulation.chance(0.5) else { return }
            let failed = simulation.hits(\.store)
            let outcome =
                failed
                ? LedgerAnswer.failed(LedgerError(.locked, "locked"))
                : simulation.ledger.apply(batch, at: simulation.moment.wall)
            simulation.after(simulation.pace()) { self.post { core, now in core.answered(outcome, at: now) } }
        }
    }

    /// Keeps the completed sets that have no room beside their offsets, and goes on when they are kept.
    private func keep(_ batch: CommitBatch, then next: @escaping () -> Void) {
        let simulation = self.simulation
        guard !batch.spilled.isEmpty else { return next() }
        simulation.after(simulation.pace()) {
            guard self.isAlive || simulation.chance(0.5) else { return }
            guard !simulation.hits(\.store) else {
                return self.answerPublish(.failed(Self.error(.retry), unpublished: nil), after: simulation.pace())
            }
            simulation.ledger.keep(batch.spilled)
            if self.isAlive { next() }
        }
    }

    private func send(_ request: BackendRequest) {
        let simulation = self.simulation
        let id = request.command.externalID
        if !self.requesting.insert(id).inserted { simulation.complain("two requests of \(id) at once") }
        self.checkOrder(of: request)
        self.checkRate(of: request)
        self.fairness.sent(request, at: simulation.now)
        let tested = simulation.now < self.hold.end ? self.hold.end : nil
        simulation.after(simulation.pace() + simulation.api.slowness(of: id)) {
            guard self.isAlive || simulation.chance(0.5) else { return }
            let hangs = simulation.api.hangs(at: simulation.now).map { min($0, request.patience ?? $0) }
            let command = simulation.sabotage == .probesOneID ? self.firstProbe(request) : request.command
            let told = simulation.api.create(command, at: simulation.now, random: &simulation.random)
            let answer = simulation.sabotage?.answer(told) ?? told
            // A hold that counts: what was asked for is waited as though the request took so long.
            let counted = simulation.sabotage == .countsHolds ? told.asked : .zero
            simulation.after((hangs ?? simulation.pace()) + counted) {
                self.requesting.remove(id)
                self.noteHold(answer, tested: tested)
                self.post { core, now in
                    core.answered(request.ticket, BackendReply(answer), at: now)
                    self.fairness.answered(request, answer, hasEnded: core.hasEnded(request.ticket), at: now.uptime)
                    if let violation = self.fairness.violation { simulation.complain(violation) }
                }
            }
        }
    }

    /// No request goes while the API wants to be left alone, and no more go than the rate allows.
    private func checkRate(of request: BackendRequest) {
        let simulation = self.simulation
        if simulation.now < self.hold.end {
            if !request.isProbe || simulation.now < self.hold.half || self.hold.isProbed {
                simulation.complain("a request before the wait that was asked for is over")
            }
            self.hold.isProbed = true
        }
        self.sentTimes.append(simulation.now)
        guard let rate = self.core.settings.live.rateLimit, self.sentTimes.count > 1 else { return }
        let burst = max(1, rate / 10)
        for (index, time) in self.sentTimes.enumerated().suffix(50) {
            let count = Double(self.sentTimes.count - index)
            if count > rate * (simulation.now - time).seconds + burst + 0.001 {
                simulation.complain("\(Int(count)) requests within \(simulation.now - time), over the rate of \(rate)")
            }
        }
    }

    /// What the core will learn when it takes the answer; a wish counts from then.
    ///
    /// - Parameter tested: the end of the hold that the request was the probe of; a good answer ends that one.
    private func noteHold(_ answer: BackendAnswer, tested: Duration?) {
        // Before the answer itself, at the same moment.
        self.post { core, now in
            switch answer {
            case .transient(let failure):
                guard failure.sign == .overload, let asked = failure.after else { return }
                let after = min(asked, core.settings.live.retry.maximumHold)
                guard now.uptime + after > self.hold.end else { return }
                self.hold = Hold(half: now.uptime + after / 2, end: now.uptime + after)
            case .created, .failed:
                if tested == self.hold.end { self.hold = Hold() }
            case .systemic, .unchanged:
                break
            }
        }
    }

    /// The command that the first probe was of.
    private func firstProbe(_ request: BackendRequest) -> CreateCustomerCommand {
        guard request.isProbe else { return request.command }
        let first = self.probed ?? request.command
        self.probed = first
        return first
    }

    private func askNeutral() {
        let simulation = self.simulation
        simulation.after(simulation.pace()) {
            let told = simulation.api.neutral(at: simulation.now)
            let answer = simulation.sabotage == .believesInHealth ? .answered : told
            self.post { core, now in
                // What is true counts, and not what a broken worker hears.
                if told == .answered { self.fairness.wasWell(at: now.uptime) }
                core.answered(answer, at: now)
            }
        }
    }

    /// No earlier command of the same external_id in the same partition may be on its way.
    private func checkOrder(of request: BackendRequest) {
        guard let own = self.core.lanes[request.ticket] else { return }
        let earlier = self.core.lanes.tickets { other in
            other.assignment == own.assignment && other.offset < own.offset && other.stage != .finished
                && other.command?.externalID == request.command.externalID
        }
        if !earlier.isEmpty { self.simulation.complain("a request of \(request.command.externalID) out of turn") }
    }

    private func publishTransaction(_ batch: CommitBatch, _ credentials: SimulatedGroup.Credentials) {
        let simulation = self.simulation
        simulation.after(simulation.pace()) {
            guard self.isAlive else { return }
            if let error = self.refusal(of: batch) {
                return self.answerPublish(.failed(error, unpublished: nil), after: simulation.pace())
            }
            let shown =
                simulation.sabotage == .asksLateWhoItIs ? simulation.group.credentials(of: self.member) : credentials
            guard simulation.group.accepts(shown), !simulation.hits(\.publish) else {
                return self.answerPublish(
                    .failed(Self.error(.abortTransaction), unpublished: nil),
                    after: simulation.pace()
                )
            }
            for entry in batch.offsets { simulation.broker.openTransactions[entry.topicPartition, default: 0] += 1 }
            simulation.after(simulation.pace()) {
                for entry in batch.offsets { simulation.broker.openTransactions[entry.topicPartition, default: 0] -= 1 }
                let isUnknown = !self.isAlive || simulation.hits(\.unknownOutcome)
                guard isUnknown ? simulation.chance(0.5) : !simulation.hits(\.publish) else {
                    return self.answerPublish(
                        .failed(Self.error(.abortTransaction), unpublished: nil),
                        after: simulation.pace()
                    )
                }
                simulation.commit(batch)
                self.answerPublish(
                    .published,
                    after: isUnknown ? simulation.delay(.zero ... .seconds(5)) : simulation.pace()
                )
            }
        }
    }

    /// Produce, wait for the acknowledgements, commit: each may fail by itself.
    private func publishPlainly(_ batch: CommitBatch, _ credentials: SimulatedGroup.Credentials) {
        let simulation = self.simulation
        simulation.after(simulation.pace()) {
            guard self.isAlive || simulation.chance(0.5) else { return }
            if let error = self.refusal(of: batch), error.topic != nil {
                var (unpublished, held) = (Set<Int>(), Set<ExternalID?>())
                for (index, result) in batch.results.enumerated() {
                    var isHeld = held.contains(result.context.externalID)
                    if case .failed = result.outcome { isHeld = true }
                    guard isHeld else { continue }
                    unpublished.insert(index)
                    if let id = result.context.externalID { held.insert(id) }
                }
                let rest = batch.results.enumerated().filter { !unpublished.contains($0.offset) }.map(\.element)
                simulation.broker.append(rest, at: simulation.now)
                return self.answerPublish(.failed(error, unpublished: unpublished), after: simulation.pace())
            }
            if simulation.hits(\.publish) {
                // An idempotent producer leaves no gap: what follows a failure in its partition fails too.
                var failing: Set<ExternalID?> = []
                var unpublished: Set<Int> = []
                for (index, result) in batch.results.enumerated() {
                    if simulation.chance(0.3) { failing.insert(result.context.externalID) }
                    if failing.contains(result.context.externalID) { unpublished.insert(index) }
                }
                simulation.broker.append(
                    batch.results.enumerated().filter { !unpublished.contains($0.offset) }.map(\.element),
                    at: simulation.now
                )
                let isKnown = simulation.chance(0.7)
                return self.answerPublish(
                    .failed(Self.error(.retry), unpublished: isKnown ? unpublished : nil),
                    after: simulation.pace()
                )
            }
            simulation.broker.append(batch.results, at: simulation.now)
            simulation.after(simulation.pace()) {
                let shown =
                    simulation.sabotage == .asksLateWhoItIs
                    ? simulation.group.credentials(of: self.member) : credentials
                guard self.isAlive, simulation.group.accepts(shown), !simulation.hits(\.publish) else {
                    return self.answerPublish(.notCommitted(Self.error(.retry)), after: simulation.pace())
                }
                if let error = self.refusal(of: batch), error.topic == nil {
                    return self.answerPublish(.notCommitted(error), after: simulation.pace())
                }
                simulation.broker.commit(batch.offsets, simulation.spilledSet)
                self.answerPublish(.published, after: simulation.pace())
            }
        }
    }

    /// Why the brokers do not take a batch; `nil` when they do.
    private func refusal(of batch: CommitBatch) -> KafkaError? {
        let profile = self.simulation.profile
        let hasLetters = batch.results.contains { if case .failed = $0.outcome { true } else { false } }
        if hasLetters, profile.letterOutage?.contains(self.simulation.now) == true {
            return KafkaError(code: .notEnoughReplicas, message: "", disposition: .retry, topic: "dead")
        }
        guard batch.offsets.contains(where: { $0.metadata.count > profile.brokerMetadataLimit }) else { return nil }
        return KafkaError(
            code: .offsetMetadataTooLarge,
            message: "",
            disposition: .abortTransaction
        )
    }

    private func answerPublish(_ outcome: PublishOutcome, after wait: Duration) {
        self.simulation.after(wait) { self.post { core, now in core.published(outcome, at: now) } }
    }

    private func readCommitted(_ partitions: [TopicPartition]) {
        let simulation = self.simulation
        simulation.after(simulation.pace()) {
            guard self.isAlive else { return }
            // «Require stable»: an open transaction may still move the offset.
            guard partitions.allSatisfy({ simulation.broker.openTransactions[$0, default: 0] == 0 }) else {
                return self.readCommitted(partitions)
            }
            if simulation.hits(\.readCommitted) {
                return self.post { core, now in core.assignmentFailed(partitions, at: now) }
            }
            for partition in partitions { self.readEpochs[partition] = simulation.log.epochs[partition] }
            let positions = partitions.map { partition in
                let committed = simulation.committed(of: partition)
                return simulation.log.position(committed, spilled: simulation.spilledSet(of: committed))
            }
            simulation.after(simulation.pace()) { self.post { core, now in core.assigned(positions, at: now) } }
        }
    }

    private static func error(_ disposition: KafkaError.Disposition) -> KafkaError {
        KafkaError(code: .application, message: "simulated", disposition: disposition)
    }
}

extension WorkerCore {
    /// Whether a command has its outcome.
    fileprivate func hasEnded(_ ticket: CommandTicket) -> Bool { self.lanes[ticket]?.stage == .finished }
}

extension BackendAnswer {
    /// How long all callers were asked to wait.
    fileprivate var asked: Duration {
        if case .transient(let failure) = self, failure.sign == .overload { failure.after ?? .zero } else { .zero }
    }
}

extension InFlightCommand {
    var offset: Int64 { self.context.message.position.offset }
}
