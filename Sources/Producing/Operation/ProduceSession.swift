import CustomerContract
import Kafka
import Records
import Topics

/// A sending in progress: what was sent, what waits for its result, what came of it.
struct ProduceSession {
    var outcome = ProduceOutcome()
    private(set) var pending = PendingCommands()
    private let rows: CommandRows
    private let files: OutputFiles
    /// Where the command topic ended: commands before that are not ours, whatever their ids.
    private let commandEnds: [TopicPartition: Int64]
    private let awaitsResults: Bool

    init(_ rows: CommandRows, commandEnds: [TopicPartition: Int64], awaitsResults: Bool, files: OutputFiles) {
        self.rows = rows
        self.commandEnds = commandEnds
        self.awaitsResults = awaitsResults
        self.files = files
    }

    /// A batch is about to be sent; before that, or a result might come first.
    mutating func sending(_ batch: [RowCommand]) {
        self.outcome.resumeRow = batch.first?.place.number
        guard self.awaitsResults else { return }
        for command in batch { self.pending.expect(command.id, at: command.place) }
    }

    /// A batch was not sent after all, or it is unknown whether it was.
    mutating func notSent(_ batch: [RowCommand]) {
        guard self.awaitsResults else { return }
        for command in batch { self.pending.forget(command.id, at: command.place) }
    }

    /// The brokers have answered.
    ///
    /// - Parameter refused: what they did not take, by the index in the batch.
    /// - Returns: the trouble because of which nothing more can be sent, if it is one.
    mutating func sent(_ batch: [RowCommand], refused: [Int: KafkaError]) throws -> KafkaError? {
        var trouble: (index: Int, error: KafkaError)?
        for (index, error) in refused.sorted(by: { $0.key < $1.key }) {
            let command = batch[index]
            self.notSent([command])
            // What no command may do is no fault of this one.
            guard error.disposition == .permanent, !error.isNotPermitted else {
                if trouble == nil { trouble = (index, error) }
                continue
            }
            self.outcome.refused += 1
            self.outcome.firstRefusal = self.outcome.firstRefusal ?? error
            let problem = RowProblem.notSent("the brokers refused it: \(error)")
            try self.writeDown(command.place, problem)
            let key = command.key.map { String(decoding: $0, as: UTF8.self) }
            try self.files.add(ResultLine(command.place, key, status: .notSent, problem))
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
        self.outcome.take(event)
        if let problem = RowProblem(event) { try self.writeDown(place, problem) }
        try self.files.add(ResultLine(place, event))
        return true
    }

    mutating func end(_ ending: ProduceOutcome.Ending) {
        self.outcome.ending = ending
        self.outcome.unanswered = self.pending.count
        self.outcome.unansweredRows = self.pending.first(10)
    }

    /// Writes down the commands that have no result, if results are written down.
    func writeDownUnanswered() throws {
        guard self.files.results != nil else { return }
        for place in self.pending.first(.max) {
            let content = try self.rows.row(at: place).flatMap { try? RowContent($0) }
            try self.files.add(ResultLine(place, content?.externalID, status: .noResult, nil))
        }
    }

    private func isEarlier(_ command: RecordPosition?) -> Bool {
        guard let command else { return false }
        return self.commandEnds[command.topicPartition].map { command.offset < $0 } ?? false
    }

    /// The command itself is no longer in memory: it is read again from its place in the file.
    private func writeDown(_ place: RowPlace, _ problem: RowProblem) throws {
        guard self.files.failures != nil, let row = try self.rows.row(at: place) else { return }
        try self.files.add(row, problem)
    }
}

/// The commands of a file that can be sent, in batches bounded by number and bytes.
struct RowBatches {
    /// Bytes of one batch; a single command may have more.
    private static let maximumBytes = 4 << 20
    private static let maximumCount = 1_000
    /// With a rate, the number of batches a second, so that it holds within a second too.
    private static let batchesPerSecond = 10.0

    private(set) var badCount = 0
    private var comparison = RowComparison()
    private var rows: CommandRows
    private let rules: RowRules
    private let firstRow: Int
    private let limit: Int

    init(_ rows: CommandRows, _ request: ProduceRequest) {
        self.rows = rows
        self.rules = request.rules
        self.firstRow = request.firstRow
        let share = request.rate.map { Int(($0 / Self.batchesPerSecond).rounded(.up)) } ?? Self.maximumCount
        self.limit = min(max(share, 1), Self.maximumCount)
    }

    /// The next ones; none at the end.
    mutating func next() throws(InputFailure) -> [RowCommand] {
        var batch: [RowCommand] = []
        var bytes = 0
        while batch.count < self.limit, bytes < Self.maximumBytes, let row = try self.rows.next() {
            guard row.place.number >= self.firstRow else { continue }
            do throws(RowProblem) {
                let (command, _) = try self.rules.command(row, comparedBy: &self.comparison)
                bytes += command.value?.count ?? 0
                batch.append(command)
            } catch {
                self.badCount += 1
            }
        }
        return batch
    }
}
