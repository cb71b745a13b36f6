import CommandWorker
import CustomerContract
import Glibc
import JSON
import Records

/// What `/status` says: one JSON object with everything that an operator asks first.
struct StatusReport: Sendable {
    let view: WorkerWatch.View
    let now: UnixMilliseconds
    /// Which commands in flight were asked for.
    var question = WorkerQuestion()
    /// Requests to the API by their answer.
    var apiAnswers: [(status: String, count: Int)] = []

    /// How many of the slowest commands may be asked for.
    static let slowestBounds = 1...100

    var json: [UInt8] {
        let health = self.view.health
        var report = JSONObject([
            "version": .string(BuildInfo.version), "pid": .integer(Int(getpid())),
            "time": .string(self.now.description),
            "live": .bool(health.isLive), "ready": .bool(health.isReady), "reasons": .reasons(health.reasons),
            "reload": self.reload,
        ])
        if let inspection = self.view.inspection {
            report["uptime_seconds"] = .integer(Int(inspection.moment.uptime.wholeSeconds))
            report.members += self.work(inspection).members + self.positions(inspection).members
            if let externalID = self.question.externalID {
                report["external_id"] = .string(externalID.text)
                report["commands_in_flight"] = .array(inspection.commands.map { .object(self.command($0)) })
            }
            if self.question.slowest > 0 {
                report["slowest"] = .array(inspection.slowest.map { .object(self.slowCommand($0)) })
            }
        }
        return Array(report.line.utf8)
    }

    /// The last reload; null before the first.
    private var reload: JSONValue {
        guard let last = self.view.reloads.last else { return .null }
        return .members([
            "count": .integer(self.view.reloads.count), "in_effect": .bool(last.isInEffect),
            "changed": .strings(last.changed), "needs_restart": .strings(last.needsRestart),
            "problems": .strings(last.problems),
        ])
    }

    /// What is done, what is in flight, and whether more is taken in.
    private func work(_ inspection: WorkerInspection) -> JSONObject {
        let snapshot = inspection.snapshot
        let counters = snapshot.counters
        var results = CreatedOutcome.allCases.map { ($0.rawValue, counters.created[$0] ?? 0) }
        results += ErrorCode.allCases.compactMap { code in counters.failed[code].map { (code.rawValue, $0) } }
        let durations = self.view.activity.durations
        func latency(_ share: Double) -> JSONValue { .decimal(durations?.quantile(share).map { $0 / 1_000 }) }
        return JSONObject([
            "results": .counts(results), "rate_per_second": .decimal(self.view.activity.rate),
            "latency_seconds": .members(["p50": latency(0.5), "p95": latency(0.95), "p99": latency(0.99)]),
            "retries": .counts(counters.retries),
            "api_answers": .counts(self.apiAnswers.map { ($0.status, $0.count) }),
            "in_flight": .integer(snapshot.inFlight), "requests": .integer(snapshot.requests),
            "stages": .counts(inspection.stages),
            "oldest_unfinished_seconds": .decimal(inspection.oldestAge(at: self.now)),
            "intake": .members([
                "flows": .bool(snapshot.intakeBlock == nil && !inspection.isCutOff),
                "blocked_by": .text(snapshot.intakeBlock), "next_probe_seconds": .seconds(inspection.nextProbe),
                "hold_seconds": .seconds(inspection.hold), "refusal": .text(inspection.refusal),
            ]),
        ])
    }

    /// Where the logs are read, what they did to what was remembered of them, and what failed last.
    private func positions(_ inspection: WorkerInspection) -> JSONObject {
        let counters = inspection.snapshot.counters
        let failures = inspection.recentFailures.map { failure in
            JSONValue.members([
                "at": .string(failure.at.description), "code": .string(failure.code.rawValue),
                "external_id": .text(failure.externalID?.text), "command_id": .string(failure.id.text),
                "position": .string(failure.position.description),
            ])
        }
        return JSONObject([
            "pauses": .array(inspection.pauses.map { .pause($0) }), "lag": Self.offset(self.view.lags.total),
            "lag_age_seconds": .seconds(self.view.lags.age(at: .now)),
            "partitions": .array(inspection.partitions.map { self.partition($0) }),
            "log_restarts": .integer(counters.logRestarts),
            "records_skipped": .counts(counters.recordsSkipped),
            "recent_failures": .array(failures),
        ])
    }

    private func partition(_ partition: WorkerInspection.Partition) -> JSONValue {
        let newerEnd = self.view.logEnds[partition.topicPartition]
        return .members([
            "topic": .string(partition.topicPartition.topic),
            "partition": .integer(Int(partition.topicPartition.partition)),
            "committed": Self.offset(partition.committed),
            "log_end": Self.offset([partition.logEnd, newerEnd].compactMap { $0 }.max()),
            "lag": Self.offset(partition.lag(logEnd: newerEnd)), "incomplete": .integer(partition.incomplete),
            "over_share": .bool(partition.isOverShare), "paused": .bool(partition.isPausedByOperator),
        ])
    }

    private func command(_ command: InFlightReport) -> JSONObject {
        JSONObject([
            "command_id": .string(command.id.text), "position": .string(command.position.description),
            "stage": .string(command.stage.rawValue), "attempts": .integer(command.attempts),
            "next_attempt": .text(command.nextAttempt.map { self.now.advanced(by: $0).description }),
            "waits_for": .text(command.waitsFor),
        ])
    }

    private func slowCommand(_ command: InFlightReport) -> JSONObject {
        let age = command.recordedAt.map { Double(max(0, self.now.milliseconds(since: $0))) / 1_000 }
        var object = self.command(command)
        object["external_id"] = .text(command.externalID?.text)
        object["age_seconds"] = .decimal(age)
        object["retrying"] = .bool(command.isRetrying)
        return object
    }

    private static func offset(_ value: Int64?) -> JSONValue { value.map { .integer(Int($0)) } ?? .null }
}
