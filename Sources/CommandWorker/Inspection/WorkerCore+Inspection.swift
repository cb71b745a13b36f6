import CustomerContract
import HeapModule
import Kafka
import Ledger
import Records
import Topics

/// What the core tells of itself; nothing in here changes it.
///
/// Costs time in proportion to the commands in flight, and is done once a second at most, not once a turn.
extension WorkerCore {
    /// - Parameters:
    ///   - question: which commands are told one by one.
    ///   - watermarks: the ends of a partition's log.
    ///   - watch: what the consumer has told.
    func inspect(
        _ question: WorkerQuestion,
        snapshot: WorkerSnapshot,
        watermarks: (TopicPartition) -> Watermarks?,
        watch: ConsumerWatch = ConsumerWatch(),
        at now: Moment
    ) -> WorkerInspection {
        var stages: [CommandStage: Int] = [:]
        var incomplete: [AssignmentID: Int] = [:]
        var oldest: UnixMilliseconds?
        var named: [CommandTicket] = []
        var slowest = SlowestCommands(limit: question.slowest)
        for (ticket, command) in self.lanes.commands where !command.isAbandoned {
            stages[command.stage, default: 0] += 1
            incomplete[command.assignment, default: 0] += 1
            if let timestamp = command.context.message.timestamp, timestamp < oldest ?? timestamp.next {
                oldest = timestamp
            }
            if let id = question.externalID, command.context.externalID == id { named.append(ticket) }
            slowest.add(ticket, command)
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
                .sorted { ($0.position.partition, $0.position.offset) < ($1.position.partition, $1.position.offset) },
            slowest: self.reports(of: slowest.tickets, at: now)
        )
    }

    private func reports(of tickets: [CommandTicket], at now: Moment) -> [InFlightReport] {
        let dues = tickets.isEmpty ? [:] : self.requests.dues(of: Set(tickets))
        return tickets.compactMap { ticket in
            self.lanes[ticket].map { command in
                let nextAttempt = command.stage == .backingOff ? dues[ticket] : nil
                return InFlightReport(
                    id: command.context.id,
                    position: command.context.message.position,
                    stage: command.stage,
                    attempts: command.attempts,
                    nextAttempt: nextAttempt.map { max(.zero, $0 - now.uptime) },
                    waitsFor: self.whatItWaitsFor(command),
                    externalID: command.context.externalID,
                    recordedAt: command.context.message.timestamp
                )
            }
        }
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

/// The commands with the oldest records of those that are shown to it; holds no more than were asked for.
private struct SlowestCommands {
    private struct Entry: Comparable {
        let age: (UnixMilliseconds, TopicPartition, Int64)
        let ticket: CommandTicket

        static func < (left: Entry, right: Entry) -> Bool { left.age < right.age }
        static func == (left: Entry, right: Entry) -> Bool { left.ticket == right.ticket }
    }

    private let limit: Int
    private var heap = Heap<Entry>()

    init(limit: Int) {
        self.limit = limit
    }

    /// The oldest first.
    var tickets: [CommandTicket] { self.heap.unordered.sorted().map(\.ticket) }

    mutating func add(_ ticket: CommandTicket, _ command: InFlightCommand) {
        guard self.limit > 0 else { return }
        let message = command.context.message
        // One without a time is as young as can be.
        let time = message.timestamp ?? UnixMilliseconds(.max)
        let entry = Entry(age: (time, message.topicPartition, message.offset), ticket: ticket)
        if self.heap.count < self.limit {
            self.heap.insert(entry)
        } else if let youngest = self.heap.max, entry < youngest {
            self.heap.replaceMax(with: entry)
        }
    }
}

extension UnixMilliseconds {
    /// The millisecond after this one.
    fileprivate var next: UnixMilliseconds { UnixMilliseconds(self.value &+ 1) }
}
