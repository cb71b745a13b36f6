import CustomerContract
import Kafka
import Logging
import Records
import Synchronization
import WorkerLogging

/// What the loop is told: by its tasks, and by the consumer's events.
extension CommandWorker {
    func receive(_ message: Message, into core: inout WorkerCore, at now: Moment) {
        switch message {
        case .remembered(let answer):
            if case .failed(let error) = answer {
                self.troubles.tell(.error, .ledger(error), [LogKey.error: "\(error)"])
            } else {
                self.troubles.end(.ledger)
            }
            core.answered(answer, at: now)
        case .answered(let ticket, let reply):
            if self.life.isOn, let inFlight = core.lanes[ticket] { self.life.answered(inFlight, reply.answer) }
            core.answered(ticket, reply, at: now)
        case .answeredNeutral(let answer):
            core.answered(answer, at: now)
        case .unprepared(let error):
            self.troubles.tell(.warning, .publishing(error), [LogKey.error: "\(error)"])
        case .unsettled, .looked:
            // The loop's: it has a task to start, or a consumer to turn back.
            break
        case .published(let outcome):
            if case .published = outcome, self.life.isOn { self.life.committed(core.results.resultsUnderWay) }
            core.published(outcome, at: now)
            self.log(outcome, core.results)
        case .committed(let positions):
            self.troubles.end(.committedOffsets)
            core.assigned(positions, at: now)
        case .committedUnknown(let partitions, let error):
            self.troubles.tell(.warning, .committedOffsets(error), [LogKey.error: "\(error)"])
            core.assignmentFailed(partitions, at: now)
        case .drain(let budget):
            self.logger.info("Draining", metadata: ["in_flight": "\(core.lanes.count)"])
            core.drain(until: now.uptime + budget)
        case .suspend:
            core.suspendIntake()
        case .resume:
            core.resumeIntake()
        case .pause(let pauses):
            core.pause(pauses, at: now)
        case .reconfigure(let live):
            self.replyTopics.set(live.replyTopicsAllowed)
            core.reconfigure(live, at: now)
        }
    }

    func receive(_ event: ConsumerEvent, into core: inout WorkerCore, at now: Moment) -> WorkerError? {
        switch event {
        case .record(let record):
            core.received(record, decode: { self.decode($0) }, at: now)
        case .assigned(let partitions):
            self.troubles.end(.rebalanceAnswer)
            self.logger.info("Partitions assigned", metadata: ["partitions": "\(partitions.sorted())"])
            self.current.withLock { $0.hasJoined = true }
            core.partitionsAssigned(partitions)
        case .revoked(let partitions):
            self.logger.info("Partitions revoked", metadata: ["partitions": "\(partitions.sorted())"])
            core.partitionsRevoked(partitions, at: now)
        case .lost(let partitions):
            var facts: Logger.Metadata = ["partitions": "\(partitions.sorted())"]
            facts[LogKey.reason] = self.lossReason.last.withLock { $0 }.map { "\($0)" }
            self.logger.warning("Partitions lost", metadata: facts)
            core.partitionsLost(partitions)
        case .failed(let error):
            if error.disposition == .fatal { return .kafka(error) }
            // That brokers do not answer is told by the lines about their connections.
            guard !error.isNoAnswer else { break }
            self.troubles.tell(.warning, .report(error), [LogKey.error: "\(error)"])
        case .statistics:
            break
        }
        return nil
    }

    private func decode(_ record: KafkaRecord) -> DecodedCommand {
        let decoded = self.decoder.read(record)
        if self.life.isOn { self.life.received(decoded) }
        return decoded
    }
}
