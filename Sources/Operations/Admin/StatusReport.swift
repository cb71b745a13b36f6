import CommandWorker
import CustomerContract
import Glibc
import JSON
import Kafka
import Records

/// What `/status` says: one JSON object with everything that an operator asks first.
struct StatusReport: Sendable {
    let view: WorkerWatch.View
    let now: UnixMilliseconds
    /// The external_id that was asked for.
    var externalID: ExternalID?

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        let health = self.view.health
        writer.beginObject()
        writer.member("version", BuildInfo.version)
        writer.member("pid", Int(getpid()))
        writer.member("time", self.now.description)
        writer.name("live")
        writer.bool(health.isLive)
        writer.name("ready")
        writer.bool(health.isReady)
        writer.name("reasons")
        writer.write(health.reasons)
        self.writeReload(into: &writer)
        if let inspection = self.view.inspection {
            writer.member("uptime_seconds", Double(inspection.moment.uptime.wholeSeconds))
            self.writeCommands(inspection, into: &writer)
            self.writeInFlight(inspection, into: &writer)
            self.writeIntake(inspection, into: &writer)
            self.writePartitions(inspection, into: &writer)
            self.writeLogs(inspection, into: &writer)
            Self.writeFailures(inspection, into: &writer)
            if let externalID { Self.writeAsked(externalID, inspection, self.now, into: &writer) }
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// The last reload; `null` before the first.
    private func writeReload(into writer: inout JSONWriter) {
        writer.name("reload")
        guard let last = self.view.reloads.last else { return writer.null() }
        writer.beginObject()
        writer.member("count", self.view.reloads.count)
        writer.name("in_effect")
        writer.bool(last.isInEffect)
        for (name, texts) in [
            ("changed", last.changed), ("needs_restart", last.needsRestart), ("problems", last.problems),
        ] {
            writer.name(name)
            writer.beginArray()
            for text in texts { writer.string(text) }
            writer.endArray()
        }
        writer.endObject()
    }

    private func writeCommands(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        let counters = inspection.snapshot.counters
        writer.name("results")
        writer.beginObject()
        for outcome in CreatedOutcome.allCases { writer.member(outcome.rawValue, counters.created[outcome] ?? 0) }
        for code in ErrorCode.allCases where counters.failed[code] != nil {
            writer.member(code.rawValue, counters.failed[code] ?? 0)
        }
        writer.endObject()
        writer.member("rate_per_second", self.view.activity.rate)
        writer.name("latency_seconds")
        writer.beginObject()
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            writer.member(name, self.view.activity.durations?.quantile(share).map { $0 / 1_000 })
        }
        writer.endObject()
        writer.name("retries")
        writer.beginObject()
        for (reason, count) in counters.retries.sorted(by: { $0.key < $1.key }) { writer.member(reason, count) }
        writer.endObject()
    }

    /// What the logs did to what was remembered of them.
    private func writeLogs(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        let counters = inspection.snapshot.counters
        writer.member("log_restarts", counters.logRestarts)
        writer.name("records_skipped")
        writer.beginObject()
        for reason in WorkerCounters.SkipReason.allCases {
            writer.member(reason.rawValue, counters.recordsSkipped[reason] ?? 0)
        }
        writer.endObject()
    }

    private func writeInFlight(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        writer.member("in_flight", inspection.snapshot.inFlight)
        writer.member("requests", inspection.snapshot.requests)
        writer.name("stages")
        writer.beginObject()
        for stage in CommandStage.allCases { writer.member(stage.rawValue, inspection.stages[stage] ?? 0) }
        writer.endObject()
        writer.member("oldest_unfinished_seconds", inspection.oldestAge(at: self.now))
    }

    private func writeIntake(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        writer.name("intake")
        writer.beginObject()
        writer.name("flows")
        writer.bool(inspection.snapshot.intakeBlock == nil && !inspection.isCutOff)
        writer.member("blocked_by", inspection.snapshot.intakeBlock)
        writer.member("next_probe_seconds", inspection.nextProbe.map { $0 / .seconds(1) })
        writer.member("hold_seconds", inspection.hold.map { $0 / .seconds(1) })
        writer.member("refusal", inspection.refusal)
        writer.endObject()
    }

    private func writePartitions(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        writer.member("lag", self.view.lags.total.map { Double($0) })
        writer.member("lag_age_seconds", self.view.lags.age(at: .now).map { $0 / .seconds(1) })
        writer.name("partitions")
        writer.beginArray()
        for partition in inspection.partitions {
            let newerEnd = self.view.logEnds[partition.topicPartition]
            writer.beginObject()
            writer.member("topic", partition.topicPartition.topic)
            writer.member("partition", Int(partition.topicPartition.partition))
            writer.member("committed", partition.committed.map { Double($0) })
            writer.member("log_end", [partition.logEnd, newerEnd].compactMap { $0 }.max().map { Double($0) })
            writer.member("lag", partition.lag(logEnd: newerEnd).map { Double($0) })
            writer.member("incomplete", partition.incomplete)
            writer.name("over_share")
            writer.bool(partition.isOverShare)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func writeFailures(_ inspection: WorkerInspection, into writer: inout JSONWriter) {
        writer.name("recent_failures")
        writer.beginArray()
        for failure in inspection.recentFailures {
            writer.beginObject()
            writer.member("at", failure.at.description)
            writer.member("code", failure.code.rawValue)
            writer.member("external_id", failure.externalID?.text)
            writer.member("command_id", failure.id.text)
            writer.member("position", failure.position.description)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func writeAsked(
        _ externalID: ExternalID,
        _ inspection: WorkerInspection,
        _ now: UnixMilliseconds,
        into writer: inout JSONWriter
    ) {
        writer.member("external_id", externalID.text)
        writer.name("commands_in_flight")
        writer.beginArray()
        for command in inspection.commands {
            writer.beginObject()
            writer.member("command_id", command.id.text)
            writer.member("position", command.position.description)
            writer.member("stage", command.stage.rawValue)
            writer.member("attempts", command.attempts)
            let next = command.nextAttempt.map { wait in
                now.advanced(by: wait).description
            }
            writer.member("next_attempt", next)
            writer.member("waits_for", command.waitsFor)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        if let value { self.string(value) } else { self.null() }
    }

    fileprivate mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        self.integer(value)
    }

    /// A number with at most three decimals; `null` for none.
    fileprivate mutating func member(_ name: String, _ value: Double?) {
        self.name(name)
        guard let value, value.isFinite else { return self.null() }
        let rounded = (value * 1_000).rounded() / 1_000
        self.raw(Array(PrometheusText.number(rounded).utf8))
    }
}
