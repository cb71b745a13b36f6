import CustomerContract
import Kafka
import Logging
import Records
import Synchronization

/// What the loop is told: by its tasks, and by the consumer's events.
extension CommandWorker {
    func receive(_ message: Message, into core: inout WorkerCore, at now: Moment) {
        switch message {
        case .remembered(let answer):
            if case .failed(let error) = answer {
                self.repeated.log(
                    .error,
                    "Ledger refused a batch; it is tried again",
                    of: "\(error)",
                    metadata: ["error": "\(error)"]
                )
            }
            core.answered(answer, at: now)
        case .answered(let ticket, let reply):
            if self.life.isOn, let inFlight = core.lanes[ticket] { self.life.answered(inFlight, reply.answer) }
            core.answered(ticket, reply, at: now)
        case .answeredNeutral(let answer):
            core.answered(answer, at: now)
        case .unsettled, .looked:
            // The loop's: it has a task to start, or a consumer to turn back.
            break
        case .published(let outcome):
            switch outcome {
            case .published:
                if self.life.isOn { self.life.committed(core.results.resultsUnderWay) }
            case .failed(let error, _), .notCommitted(let error):
                self.repeated.log(
                    .warning,
                    "Results were not published; they are tried again",
                    of: error.name,
                    metadata: ["error": "\(error)"]
                )
            case .fenced(let error):
                self.logger.critical("Another instance took the transactional id", metadata: ["error": "\(error)"])
            }
            core.published(outcome, at: now)
        case .committed(let positions):
            core.assigned(positions, at: now)
        case .committedUnknown(let partitions, let error):
            self.repeated.log(
                .warning,
                "Committed offsets could not be read; tried again",
                of: error.name,
                metadata: ["error": "\(error)"]
            )
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
            core.received(record, decode: self.decode, at: now)
        case .assigned(let partitions):
            self.logger.info("Partitions assigned", metadata: ["partitions": "\(partitions.sorted())"])
            self.current.withLock { $0.hasJoined = true }
            core.partitionsAssigned(partitions)
        case .revoked(let partitions):
            self.logger.info("Partitions revoked", metadata: ["partitions": "\(partitions.sorted())"])
            core.partitionsRevoked(partitions, at: now)
        case .lost(let partitions):
            self.logger.warning("Partitions lost", metadata: ["partitions": "\(partitions.sorted())"])
            core.partitionsLost(partitions)
        case .failed(let error):
            if error.disposition == .fatal { return .kafka(error) }
            self.repeated.log(.warning, "Kafka reports an error", of: error.name, metadata: ["error": "\(error)"])
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
