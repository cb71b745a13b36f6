import CustomerContract
import JSON
import Kafka
import Records
import Topics

extension RedriveOperation {
    /// How often a transaction that was aborted is tried again in a row.
    private static var attempts: Int { 5 }

    /// Does it, and calls `show` whenever there is news.
    ///
    /// - Throws: ``RedriveRefusal`` when it cannot begin, ``KafkaError`` when the cluster is not there.
    package func run(
        _ plan: RedrivePlan,
        show: @Sendable (RedriveProgress) -> Void
    ) async throws -> RedriveOutcome {
        let files = try self.openFiles()
        try await self.store.take()
        // From here on nobody else writes: what is there now is what was there when the plan was made, or somebody was
        // quicker. Only a running job that is taken over may have come further.
        let found = try await self.store.find(plan.snapshot.partitions, results: []).record
        guard found == plan.found || self.request.takesOver && found?.id == plan.found?.id else {
            throw RedriveRefusal.overtaken
        }
        let resumed = plan.resumed == nil ? nil : found
        var session = RedriveSession(
            record: resumed ?? self.newRecord(plan),
            owner: self.owner,
            plan: plan,
            auditTopic: self.request.auditTopic
        )
        var settings = self.request.settings
        settings.limit = plan.selection.limit
        var selection = plan.selection
        selection.limit = nil
        var job = RedriveJob(
            selection: selection,
            route: plan.route,
            settings: settings,
            sentBack: try await self.store.sentBack(of: plan.snapshot.ranges),
            movedBefore: resumed?.moved ?? 0,
            canary: resumed?.canary ?? .none
        )
        let began = self.auditEntry(resumed == nil ? "redrive.began" : "redrive.resumed", session.record, nil)
        try self.append([began.encoded], to: files.audit)
        switch await self.store.commit(
            session.auditRecords(began),
            pages: job.sentBack.allPages(of: self.request.topic),
            job: session.allOffsets(job),
            record: session.record
        ) {
        case .committed: break
        case .takenOver: throw RedriveRefusal.overtaken
        case .refused(let error), .aborted(let error), .failed(let error): throw error
        }
        let start = self.clock.now
        let ending = try await self.loop(&job, &session, plan, files.originals, since: start, show)
        let ended = self.auditEntry("redrive.ended", session.record, (job.counts, ending))
        if ending != .takenOver {
            // If this fails the record says «running», and the same command resumes and ends it.
            session.record.state = ending.isResumable ? .paused : .ended
            _ = await self.store.commit(
                session.auditRecords(ended),
                pages: [:],
                job: session.offsets(job),
                record: session.record
            )
        }
        try self.append([ended.encoded], to: files.audit)
        return RedriveOutcome(
            job: session.record.id,
            ending: ending,
            counts: job.counts,
            elapsed: start.duration(to: self.clock.now)
        )
    }

    private func loop(
        _ job: inout RedriveJob,
        _ session: inout RedriveSession,
        _ plan: RedrivePlan,
        _ originals: LineFile?,
        since start: C.Instant,
        _ show: @Sendable (RedriveProgress) -> Void
    ) async throws -> JobEnding {
        var reader = try await TopicReader(self.client, ranges: plan.snapshot.ranges(upTo: plan.ends), log: self.log)
        let results: ResultFollower? =
            if job.followsResults, !plan.results.isEmpty {
                try await ResultFollower(self.client, behind: plan.results.mapValues { $0..<$0 }, log: self.log)
            } else {
                nil
            }
        var attemptsLeft = Self.attempts
        var lastShown = Duration.seconds(-1)
        while true {
            if Task.isCancelled { job.stop(.cancelled) }
            let now = start.duration(to: self.clock.now)
            var phase = RedriveProgress.Phase.sending
            switch job.next(at: now) {
            case .read(let limit):
                for record in try await reader.next(limit) { job.take(DeadLetter(record)) }
                if reader.isDone { job.readAll() }
            case .send(let batch):
                if let originals {
                    try self.append(batch.entries.map { ExportLine($0.letter, isExact: true).encoded }, to: originals)
                }
                let outcome = await self.store.commit(
                    batch.entries.map(\.record),
                    pages: job.pages(with: batch, of: self.request.topic),
                    job: session.offsets(job, sending: batch.entries.count),
                    record: session.record
                )
                let isPassing = Self.tell(outcome, to: &job, at: start.duration(to: self.clock.now))
                attemptsLeft = isPassing ? attemptsLeft - 1 : Self.attempts
                if isPassing, case .aborted(let error) = outcome {
                    if attemptsLeft == 0 { job.stop(.failed(error)) }
                    try? await self.clock.sleep(for: .seconds(1))
                }
                // The first letters' places are known only now; the next transaction, at the latest the next beat,
                // carries them.
                if let results, job.followsResults { Self.tell(try await results.next(within: .zero), to: &job) }
            case .beat:
                let outcome = await self.store.commit([], pages: [:], job: session.offsets(job), record: session.record)
                job.beaten(at: start.duration(to: self.clock.now))
                if case .takenOver = outcome { job.stop(.takenOver) }
                if case .failed(let error) = outcome { job.stop(.failed(error)) }
            case .rest(let until):
                // Ends early, with an error that says nothing else, when the task is cancelled.
                try? await self.clock.sleep(until: start.advanced(by: until), tolerance: .zero)
            case .followResults(let until):
                phase = .awaitingCanary
                guard let results else {
                    job.stop(.canaryTimedOut)
                    break
                }
                let limit = min(max(until - now, .milliseconds(1)), .milliseconds(250))
                Self.tell(try await results.next(within: limit), to: &job)
            case .end(let ending):
                show(.init(counts: job.counts, total: plan.forecast.sendable, elapsed: now, phase: .sending))
                return ending
            }
            if now - lastShown >= .milliseconds(200) {
                lastShown = now
                show(.init(counts: job.counts, total: plan.forecast.sendable, elapsed: now, phase: phase))
            }
        }
    }

    /// Tells the job what came of a batch; whether it may be tried again.
    private static func tell(_ outcome: JobStore.Outcome, to job: inout RedriveJob, at now: Duration) -> Bool {
        switch outcome {
        case .committed(let positions):
            job.committed(positions: positions, at: now)
            return false
        case .refused(let error):
            job.refused(error)
            return false
        case .aborted:
            job.notCommitted()
            return true
        case .takenOver:
            job.notCommitted()
            job.stop(.takenOver)
            return false
        case .failed(let error):
            job.notCommitted()
            job.stop(.failed(error))
            return false
        }
    }

    private static func tell(_ news: ResultFollower.News, to job: inout RedriveJob) {
        for event in news.records.lazy.compactMap({ ResultEvent($0) }) {
            guard let command = event.command else { continue }
            job.observe(command, succeeded: event.isCreated, code: event.code)
        }
    }

    // MARK: Parts

    private func newRecord(_ plan: RedrivePlan) -> JobRecord {
        let identity = JobIdentity(words: self.request.words)
        let now = UnixMilliseconds.now()
        return JobRecord(
            id: "\(String(now.value, radix: 36))-\(identity.text.prefix(6))",
            identity: identity.text,
            summary: plan.selection.description,
            owner: self.owner,
            beganAt: now,
            since: plan.selection.since,
            until: plan.selection.until
        )
    }

    /// Opened before anything is done: what cannot be audited is not done.
    private func openFiles() throws -> (audit: LineFile, originals: LineFile?) {
        do throws(LineFile.Failure) {
            let audit = try LineFile(path: self.request.auditPath)
            let originals =
                self.request.mending.isEmpty ? nil : try LineFile(path: self.request.originalsPath)
            return (audit, originals)
        } catch {
            throw RedriveRefusal.file(error)
        }
    }

    private func append(_ lines: [[UInt8]], to file: LineFile) throws {
        do throws(LineFile.Failure) {
            try file.append(lines)
        } catch {
            throw RedriveRefusal.file(error)
        }
    }

    private func auditEntry(_ action: String, _ record: JobRecord, _ end: (JobCounts, JobEnding)?) -> AuditEntry {
        var entry = AuditEntry(action, by: self.owner, at: .now())
        entry["job"] = .string(record.id)
        entry["topic"] = .string(self.request.topic)
        entry["selection"] = .string(record.summary)
        entry["command"] = .array(self.request.words.map { .string($0.joined(separator: " ")) })
        if let destination = self.request.destination { entry["to"] = .string(destination) }
        if !self.request.mending.isEmpty { entry["originals"] = .string(self.request.originalsPath) }
        if let (counts, ending) = end {
            entry["ending"] = .string(ending.name)
            entry.add(counts)
        }
        return entry
    }
}
