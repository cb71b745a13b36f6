import CustomerContract
import Kafka
import Ledger
import Records
import Topics

/// What the core tells of itself; nothing in here changes it.
///
/// Costs time in proportion to the commands in flight, and is done once a second at most, not once a turn.
extension WorkerCore {
    /// - Parameters:
    ///   - externalID: whose commands are told one by one.
    ///   - watermarks: the ends of a partition's log.
    ///   - watch: what the consumer has told.
    func inspect(
        for externalID: ExternalID?,
        snapshot: WorkerSnapshot,
        watermarks: (TopicPartition) -> Watermarks?,
        watch: ConsumerWatch = ConsumerWatch(),
        at now: Moment
    ) -> WorkerInspection {
        var stages: [CommandStage: Int] = [:]
        var incomplete: [AssignmentID: Int] = [:]
        var oldest: UnixMilliseconds?
        var named: [CommandTicket] = []
        for (ticket, command) in self.lanes.commands where !command.isAbandoned {
            stages[command.stage, default: 0] += 1
            incomplete[command.assignment, default: 0] += 1
            if let timestamp = command.context.message.timestamp, timestamp < oldest ?? timestamp.next {
                oldest = timestamp
            }
            if let externalID, command.context.externalID == externalID { named.append(ticket) }
        }
        let partitions = self.partitions.held.sorted { $0.key < $1.key }.map { topicPartition, id in
            let ends = watermarks(topicPartition)
            return WorkerInspection.Partition(
                topicPartition: topicPartition,
                committed: self.partitions.committed(of: id)?.offset,
                logEnd: ends?.high,
                logStart: ends?.low,
                incomplete: incomplete[id] ?? 0,
                isOverShare: self.shares.paused.contains(topicPartition),
                isPausedByOperator: self.pausedPartitions.contains(topicPartition),
                readTo: self.intake.isPaused || self.pausedPartitions.contains(topicPartition)
                    ? nil : watch.readTo[topicPartition]
            )
        }
        return WorkerInspection(
            moment: now,
            snapshot: snapshot,
            partitions: partitions,
            stages: stages,
            oldestRecord: oldest,
            isPaused: self.intake.isPaused,
            pauses: self.pauses.current,
            nextProbe: self.requests.gate.nextProbe.map { max(.zero, $0 - now.uptime) },
            hold: self.requests.gate.hold.left(at: now.uptime),
            refusal: self.requests.gate.refusal.map { "\($0)" },
            stops: watch.stops(at: now.uptime),
            joinRefusal: watch.joinRefusal ?? watch.connectionSentence,
            brokerSilence: watch.silence(at: now.uptime),
            storeSilence: self.ledger.sentAt.map { now.uptime - $0 },
            publishSilence: self.results.sentAt.map { now.uptime - $0 },
            publishTrouble: self.results.trouble.map { "\($0)" },
            letterTrouble: self.results.letters.error.map { "\($0)" },
            lettersWaiting: self.results.lettersWaiting,
            recentFailures: self.recentFailures.newestFirst,
            commands: self.reports(of: named, at: now)
        )
    }

    private func reports(of tickets: [CommandTicket], at now: Moment) -> [InFlightReport] {
        tickets.compactMap { ticket in
            self.lanes[ticket].map { command in
                let nextAttempt = command.stage == .backingOff ? self.requests.due(of: ticket) : nil
                return InFlightReport(
                    id: command.context.id,
                    position: command.context.message.position,
                    stage: command.stage,
                    attempts: command.attempts,
                    nextAttempt: nextAttempt.map { max(.zero, $0 - now.uptime) },
                    waitsFor: self.whatItWaitsFor(command)
                )
            }
        }
        .sorted { ($0.position.partition, $0.position.offset) < ($1.position.partition, $1.position.offset) }
    }

    private func whatItWaitsFor(_ command: InFlightCommand) -> String {
        switch command.stage {
        case .waitingInLane: "an earlier command of the same external_id"
        case .paused:
            command.context.externalID.flatMap { self.lanes.paused.pause(of: $0) }
                .map { "the end of an operator's pause of \($0)" } ?? "the end of an operator's pause"
        case .atLedger:
            self.ledger.trouble.map { "the store, which has trouble (\($0.reason.rawValue))" } ?? "the store"
        case .waitingForRequest:
            self.requests.gate.reason.map { "the API, failing for all commands (\($0))" }
                ?? (self.requests.slotCount >= self.requests.limit
                    ? "a place among the \(self.requests.limit) requests to the API"
                    : "its turn, by the rate limit or the wait that the API asked for")
        case .requesting: "the API's answer to attempt \(command.attempts)"
        case .backingOff: "its next attempt, after attempt \(command.attempts) failed in passing"
        case .finished:
            (self.results.trouble ?? self.results.letters.error)
                .map { "its result's publication, which has trouble (\($0))" } ?? "its result to be committed"
        }
    }
}

extension UnixMilliseconds {
    /// The millisecond after this one.
    fileprivate var next: UnixMilliseconds { UnixMilliseconds(self.value &+ 1) }
}
