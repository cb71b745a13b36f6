import JSON
import Kafka
import Records
import Topics

extension RedriveOperation {
    /// The number of attempts at a transaction that is aborted, in a row.
    private static var attempts: Int { 5 }

    /// A job while this process runs it: its decisions, its record, and the plan that it follows.
    private struct Run {
        var job: RedriveJob
        var record: JobRecord
        let plan: RedrivePlan
        let started = ContinuousClock.now

        var elapsed: Duration { .now - self.started }
    }

    /// Performs the plan, and calls `show` whenever there is news.
    ///
    /// - Returns: Why it ended, and how far it came.
    /// - Throws: ``RedriveRequest/Refusal`` when it cannot begin, ``LineFile/Failure`` when a file cannot be written,
    ///   ``KafkaError`` when the cluster is not there.
    package func run(
        _ plan: RedrivePlan,
        show: @Sendable (RedriveProgress) -> Void
    ) async throws -> (ending: RedriveJob.Ending, progress: RedriveProgress) {
        // Before anything is done: what cannot be audited is not done.
        let audit = try LineFile(path: self.request.auditPath)
        let originals = self.request.edits.isEmpty ? nil : try LineFile(path: self.request.originalsPath)
        try await self.store.take()
        // From here on no other process writes: the record is the one of the plan, or another process was quicker. Only
        // a running job that is taken over may have come further.
        let found = try await self.store.find(plan.snapshot.partitions).record
        guard found == plan.found || self.request.takesOver && found?.id == plan.found?.id else {
            throw RedriveRequest.Refusal.overtaken
        }
        let resumed = plan.resumed == nil ? nil : found
        var record = resumed ?? self.newRecord(plan)
        record.owner = self.owner
        record.state = .running
        var settings = self.request.settings
        settings.limit = plan.selection.limit
        var selection = plan.selection
        selection.limit = nil
        let job = RedriveJob(
            selection: selection,
            route: plan.route,
            settings: settings,
            marks: try await self.store.marks(of: plan.snapshot.ranges),
            movedBefore: resumed?.moved ?? 0,
            canary: resumed?.canary ?? .none
        )
        var run = Run(job: job, record: record, plan: plan)
        let began = self.auditEntry(resumed == nil ? "redrive.began" : "redrive.resumed", record)
        try audit.append([began.encoded])
        let pages = job.marks.allPages(of: self.request.topic)
        switch await self.commit(self.auditRecords(began, record), pages: pages, &run, isWhole: true) {
        case .committed: break
        case .takenOver: throw RedriveRequest.Refusal.overtaken
        case .refused(let error), .aborted(let error), .failed(let error): throw error
        }
        let ending: RedriveJob.Ending
        do {
            ending = try await self.loop(&run, originals, show)
        } catch is CancellationError {
            ending = .cancelled
        } catch let error as KafkaError {
            ending = .failed(error)
        }
        var ended = self.auditEntry("redrive.ended", run.record)
        ended["ending"] = .string(ending.name)
        ended.add(run.job.counts)
        if ending != .takenOver {
            // If this fails the record says «running», and the same command resumes and ends it.
            run.record.state = ending.isResumable ? .paused : .ended
            _ = await self.commit(self.auditRecords(ended, run.record), &run)
        }
        try audit.append([ended.encoded])
        return (ending, self.progress(run))
    }

    private func loop(
        _ run: inout Run,
        _ originals: LineFile?,
        _ show: @Sendable (RedriveProgress) -> Void
    ) async throws -> RedriveJob.Ending {
        var reader = try await TopicReader(self.client, ranges: run.plan.ranges)
        var results: ResultFollower?
        if run.job.followsResults, !run.plan.results.isEmpty {
            results = try await ResultFollower(self.client, behind: run.plan.results.mapValues { $0..<$0 })
        }
        var attemptsLeft = Self.attempts
        var lastShown = Duration.seconds(-1)
        while true {
            if Task.isCancelled { run.job.stop(.cancelled) }
            let now = run.elapsed
            var isAwaitingCanary = false
            switch run.job.next(at: now) {
            case .read(let limit):
                for record in try await reader.next(limit) { run.job.take(DeadLetter(record)) }
                if reader.isDone { run.job.readAll() }
            case .send(let batch):
                try originals?.append(batch.map { ExportLine($0.letter, isExact: true).encoded })
                let pages = LetterMarks.Pages(sentBack: run.job.pages(with: batch, of: self.request.topic))
                let outcome = await self.commit(batch.map(\.record), pages: pages, &run, sending: batch.count)
                run.job.learn(outcome, at: run.elapsed)
                if case .aborted(let error) = outcome {
                    attemptsLeft -= 1
                    if attemptsLeft == 0 { run.job.stop(.failed(error)) }
                    try? await Task.sleep(for: .seconds(1))
                } else {
                    attemptsLeft = Self.attempts
                }
                // The positions of the first letters are known only now; the next transaction, at the latest the next
                // beat, carries them.
                if let results, run.job.followsResults { run.job.learn(try await results.next(within: .zero)) }
            case .beat:
                let outcome = await self.commit([], &run)
                run.job.beaten(at: run.elapsed)
                if case .takenOver = outcome { run.job.stop(.takenOver) }
                if case .failed(let error) = outcome { run.job.stop(.failed(error)) }
            case .rest(let until):
                // Ends early, with an error that says nothing else, when the task is cancelled.
                try? await Task.sleep(until: run.started + until, tolerance: .zero)
            case .followResults(let until):
                isAwaitingCanary = true
                guard let results else {
                    run.job.stop(.canaryTimedOut)
                    break
                }
                let limit = min(max(until - now, .milliseconds(1)), .milliseconds(250))
                run.job.learn(try await results.next(within: limit))
            case .end(let ending):
                show(self.progress(run))
                return ending
            }
            if now - lastShown >= .milliseconds(200) {
                lastShown = now
                show(self.progress(run, isAwaitingCanary: isAwaitingCanary))
            }
        }
    }

    // MARK: Parts

    /// Commits a transaction; each moves the record's beat.
    ///
    /// - Parameter sending: The number of letters in it.
    private func commit(
        _ records: [ProducerRecord],
        pages: LetterMarks.Pages = LetterMarks.Pages(),
        _ run: inout Run,
        sending: Int = 0,
        isWhole: Bool = false
    ) async -> JobStore.Outcome {
        run.record.beat += 1
        run.record.moved = run.job.counts.movedBefore + run.job.counts.moved + sending
        run.record.canary = run.job.canary
        let offsets = run.plan.offsets(with: run.record, isWhole: isWhole)
        return await self.store.commit(records, pages: pages, job: offsets, record: run.record)
    }

    private func progress(_ run: Run, isAwaitingCanary: Bool = false) -> RedriveProgress {
        RedriveProgress(
            job: run.record.id,
            counts: run.job.counts,
            total: run.plan.sendable,
            elapsed: run.elapsed,
            isAwaitingCanary: isAwaitingCanary
        )
    }

    private func newRecord(_ plan: RedrivePlan) -> JobRecord {
        let now = UnixMilliseconds.now()
        return JobRecord(
            id: JobRecord.name(of: self.request.identity, at: now),
            identity: self.request.identity,
            summary: plan.selection.description,
            owner: self.owner,
            beganAt: now,
            since: plan.selection.since,
            until: plan.selection.until
        )
    }

    private func auditEntry(_ action: String, _ record: JobRecord) -> AuditEntry {
        let request = self.request
        var entry = AuditEntry(action, of: record.id, by: self.owner, request.topic, record.summary, request.words)
        entry["to"] = request.destination.map(JSONValue.string)
        if !request.edits.isEmpty { entry["originals"] = .string(request.originalsPath) }
        return entry
    }

    /// An audit entry as a record, if there is a topic for it.
    private func auditRecords(_ entry: AuditEntry, _ record: JobRecord) -> [ProducerRecord] {
        guard let topic = self.request.auditTopic else { return [] }
        return [ProducerRecord(topic: topic, key: Array(record.id.utf8), value: entry.encoded)]
    }
}

extension RedriveJob {
    fileprivate mutating func learn(_ news: ResultFollower.News) {
        for event in news.records.lazy.compactMap({ ResultEvent($0) }) {
            guard let command = event.command else { continue }
            self.observe(command, succeeded: event.isCreated, code: event.code)
        }
    }
}
