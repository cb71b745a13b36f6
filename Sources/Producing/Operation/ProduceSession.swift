import CustomerContract
import Kafka
import Records
import Topics

/// A sending in progress: what was sent, what waits for its result, what came of it.
struct ProduceSession {
    private(set) var outcome = ProduceOutcome()
    private(set) var pending = PendingCommands()
    private let rows: CommandRows
    private let files: OutputFiles
    /// Where the command topic ended: commands before that are not ours, whatever their ids.
    private let commandEnds: [TopicPartition: Int64]
    private let awaitsResults: Bool

    init(
        _ rows: CommandRows,
        commandEnds: [TopicPartition: Int64],
        awaitsResults: Bool,
        files: OutputFiles
    ) {
        self.rows = rows
        self.commandEnds = commandEnds
        self.awaitsResults = awaitsResults
        self.files = files
    }

    /// A batch is about to be sent; before that, or a result might come first.
    mutating func sending(_ batch: [RowBatches.Entry]) {
        self.outcome.resumeRow = batch.first?.place.number
        guard self.awaitsResults else { return }
        for entry in batch { self.pending.expect(entry.command.id, at: entry.place) }
    }

    /// A batch was not sent after all, or it is unknown whether it was.
    mutating func notSent(_ batch: [RowBatches.Entry]) {
        guard self.awaitsResults else { return }
        for entry in batch { self.pending.forget(entry.command.id, at: entry.place) }
    }

    /// The brokers have answered.
    ///
    /// - Parameter refused: what they did not take, by the index in the batch.
    /// - Returns: the trouble because of which nothing more can be sent, if it is one.
    mutating func sent(_ batch: [RowBatches.Entry], refused: [Int: KafkaError]) throws -> KafkaError? {
        var trouble: (index: Int, error: KafkaError)?
        for (index, error) in refused.sorted(by: { $0.key < $1.key }) {
            let entry = batch[index]
            if self.awaitsResults { self.pending.forget(entry.command.id, at: entry.place) }
            // What no command may do is no fault of this one.
            guard error.disposition == .permanent, !error.isNotPermitted else {
                if trouble == nil { trouble = (index, error) }
                continue
            }
            self.outcome.refused += 1
            self.outcome.firstRefusal = self.outcome.firstRefusal ?? error
            let problem = RowProblem.notSent("the brokers refused it: \(error)")
            try self.writeDown(entry.place, problem)
            try self.files.results?.add(
                ResultLine(
                    entry.place,
                    entry.command.key.map { String(decoding: $0, as: UTF8.self) },
                    status: .notSent,
                    problem
                )
            )
        }
        self.outcome.sent += batch.count - refused.count
        self.outcome.resumeRow = trouble.map { batch[$0.index].place.number }
        return trouble?.error
    }

    /// Takes what was read from the results topic.
    ///
    /// - Returns: whether it was a result that was waited for.
    mutating func take(_ record: KafkaRecord) throws -> Bool {
        // Most results of a busy topic belong to other senders: they are not even parsed.
        guard let id = ResultEvent.commandID(of: record), self.pending.isExpected(id),
            let event = ResultEvent(record), !self.isEarlier(event.command),
            let place = self.pending.answer(id, command: event.command)
        else { return false }
        self.outcome.outcomes.take(event)
        if let problem = RowProblem(event) { try self.writeDown(place, problem) }
        try self.files.results?.add(ResultLine(place, event))
        return true
    }

    /// It is over.
    mutating func end(_ ending: ProduceOutcome.Ending) {
        self.outcome.ending = ending
        self.outcome.unanswered = self.pending.count
        self.outcome.unansweredRows = self.pending.first(10)
    }

    /// The rest of the bookkeeping: what differs from the survey, and how long it took.
    mutating func conclude(hasChanged: Bool, elapsed: Duration) -> ProduceOutcome {
        self.outcome.hasChanged = hasChanged
        self.outcome.elapsed = elapsed
        return self.outcome
    }

    /// Writes down the commands that have no result, if results are written down.
    func writeDownUnanswered() throws {
        guard let results = self.files.results else { return }
        for place in self.pending.first(.max) {
            let content = try self.rows.row(at: place).flatMap { try? RowContent($0) }
            try results.add(ResultLine(place, content?.externalID, status: .noResult, nil))
        }
    }

    private func isEarlier(_ command: RecordPosition?) -> Bool {
        guard let command else { return false }
        let partition = TopicPartition(topic: command.topic, partition: command.partition)
        return self.commandEnds[partition].map { command.offset < $0 } ?? false
    }

    /// The command itself is no longer in memory: it is read again from its place in the file.
    private func writeDown(_ place: RowPlace, _ problem: RowProblem) throws {
        guard let failures = self.files.failures, let row = try self.rows.row(at: place) else { return }
        try failures.add(row, problem)
    }
}
