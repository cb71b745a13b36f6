import Kafka
import Topics

extension ProduceOperation {
    /// How long the brokers may take to acknowledge a command, unless `message.timeout.ms` is passed through.
    private static let deliveryTimeout = "30000"
    /// How often progress is reported while nothing happens, and results are looked for.
    private static let slice = Duration.milliseconds(250)

    /// Sends the commands, and calls `show` whenever there is news.
    ///
    /// Cancelling the task stops it between two batches.
    /// - Parameters:
    ///   - files: where failures and results are written down.
    ///   - tell: told once of each thing about the worker while no result comes.
    /// - Throws: ``TopicSnapshot/Missing`` or `KafkaError` when it cannot begin, ``InputFailure``,
    ///   ``LineFile/Failure``.
    package func send(
        _ survey: InputSurvey,
        into files: OutputFiles,
        show: (ProduceProgress) -> Void,
        tell: (WorkerNotice) -> Void = { _ in }
    ) async throws -> ProduceOutcome {
        let start = ContinuousClock.now
        let admin = try Admin(self.client, log: { _ in })
        let commands = try await TopicSnapshot(self.request.commandTopic, admin)
        var results: ResultFollower?
        if self.request.awaitsResults {
            let ranges = try await TopicSnapshot(self.request.resultTopic, admin).ranges
            results = try await ResultFollower(self.client, behind: ranges)
        }
        let rows = try self.rows()
        var session = ProduceSession(
            rows,
            commandEnds: commands.ranges.mapValues(\.upperBound),
            awaitsResults: self.request.awaitsResults,
            files: files
        )
        let (ending, badCount) = try await self.send(rows, survey, results, &session, show)
        session.end(ending)
        if ending == .finished, let results {
            let group = self.request.group.map { WorkerGroup($0, commands.partitions, admin, self.client) }
            session.end(try await self.awaitResults(results, &session, group, show, tell))
        }
        try session.writeDownUnanswered()
        try files.flush()
        var outcome = session.outcome
        let sentCount = outcome.sent + outcome.refused
        outcome.hasChanged = ending == .finished && (badCount, sentCount) != (survey.badCount, survey.goodCount)
        outcome.elapsed = .now - start
        return outcome
    }

    /// Sends all of them; the ending, and how many rows were left out.
    private func send(
        _ rows: CommandRows,
        _ survey: InputSurvey,
        _ results: ResultFollower?,
        _ session: inout ProduceSession,
        _ show: (ProduceProgress) -> Void
    ) async throws -> (ending: ProduceOutcome.Ending, badCount: Int) {
        let start = ContinuousClock.now
        var batches = RowBatches(rows, self.request)
        let producer = try Producer(ProducerSettings(client: self.producerProperties), log: { _ in })
        var pacer = RatePacer(rate: self.request.rate)
        while true {
            let batch = try batches.next()
            if batch.isEmpty { return (.finished, batches.badCount) }
            session.sending(batch)
            while !Task.isCancelled, ContinuousClock.now - start < pacer.due {
                let rest = min(pacer.due - (ContinuousClock.now - start), Self.slice)
                if let results {
                    _ = try await self.read(results, within: rest, &session)
                } else {
                    try? await Task.sleep(for: rest)
                }
            }
            if Task.isCancelled {
                session.notSent(batch)
                return (.cancelled, batches.badCount)
            }
            pacer.sent(batch.count, at: .now - start)
            let refused: [Int: KafkaError]
            do throws(KafkaError) {
                refused = try await producer.send(batch.map { $0.record(to: self.request.commandTopic) })
            } catch {
                session.notSent(batch)
                return (.failed(error), batches.badCount)
            }
            if let error = try session.sent(batch, refused: refused) { return (.failed(error), batches.badCount) }
            if let results { _ = try await self.read(results, within: .zero, &session) }
            show(Self.progress(.sending, session.outcome, done: session.outcome.sent, of: survey.goodCount, start))
        }
    }

    /// Waits until every command has its result, or none has come for too long.
    private func awaitResults(
        _ results: ResultFollower,
        _ session: inout ProduceSession,
        _ group: WorkerGroup?,
        _ show: (ProduceProgress) -> Void,
        _ tell: (WorkerNotice) -> Void
    ) async throws -> ProduceOutcome.Ending {
        let start = ContinuousClock.now
        var absence = WorkerAbsence()
        var patience = ResultPatience(limit: self.request.patience)
        var trouble: KafkaError?
        while session.pending.count > 0 {
            if Task.isCancelled { return .cancelled }
            let (answered, error) = try await self.read(results, within: Self.slice, &session)
            if let error { trouble = error }
            if let error, error.disposition == .fatal { return .failed(error) }
            let time = ContinuousClock.now - start
            if answered > 0 {
                patience.answered(at: time)
                absence.answered(at: time)
                trouble = nil
            }
            if let group, absence.isDue(at: time), let notice = absence.take(await group.finding()) { tell(notice) }
            switch patience.step(at: time) {
            case .wait: break
            // What was taken before is no longer awaited, and what is before the first place answers nothing of ours.
            case .lookAgain(let records): try await results.read(fromBefore: records)
            case .giveUp: return .timedOut(trouble)
            }
            let outcome = session.outcome
            show(Self.progress(.awaitingResults, outcome, done: outcome.answeredCount, of: outcome.sent, start))
        }
        return .finished
    }

    private static func progress(
        _ phase: ProduceProgress.Phase,
        _ outcome: ProduceOutcome,
        done: Int,
        of total: Int,
        _ start: ContinuousClock.Instant
    ) -> ProduceProgress {
        let pace = Pace(done, of: total, in: .now - start)
        return ProduceProgress(phase: phase, pace: pace, failed: outcome.failedCount + outcome.refused)
    }

    /// Takes the results that are there: how many were waited for, and what troubles the reading.
    private func read(
        _ results: ResultFollower,
        within limit: Duration,
        _ session: inout ProduceSession
    ) async throws -> (answered: Int, trouble: KafkaError?) {
        let news: ResultFollower.News
        do throws(KafkaError) {
            news = try await results.next(limit: 5_000, within: limit)
        } catch {
            return (0, error)
        }
        var answered = 0
        for record in news.records { answered += try session.take(record) ? 1 : 0 }
        return (answered, news.trouble)
    }

    /// Brokers that are gone must be told of in seconds, not after librdkafka's five minutes.
    private var producerProperties: ClientProperties {
        var client = self.client
        let isSet = ["message.timeout.ms", "delivery.timeout.ms"].contains { client.passthrough[$0] != nil }
        if !isSet { client.passthrough["message.timeout.ms"] = Self.deliveryTimeout }
        return client
    }
}
