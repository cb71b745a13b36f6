import CustomerContract
import JSON
import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct StatusReportTests {
    private static let now = UnixMilliseconds(1_800_000_000_000)

    private func report(_ inspection: WorkerInspection?, silence: Duration = .zero) throws -> JSONObject {
        var activity = RecentActivity()
        if let inspection { activity.add(inspection) }
        let view = WorkerWatch.View.sample(inspection, silence: silence, activity: activity)
        return try JSONParser.parseObject(StatusReport(view: view, now: Self.now).json)
    }

    @Test func `before the loop has begun it is said so`() throws {
        let status = try self.report(nil)
        #expect(status["ready"] == .bool(false))
        #expect(status["partitions"] == nil)
    }

    @Test func `partitions are told one by one and their lag in sum`() throws {
        let status = try self.report(.sample(partitions: [.sample(), .sample(1, committed: nil, logEnd: 5)]))
        #expect(status["lag"] == .number(JSONNumber(15)))
        let partitions = try #require(status["partitions"]?.arrayValue)
        #expect(partitions.count == 2)
        #expect(partitions[1].objectValue?["committed"] == .null)
        #expect(partitions[1].objectValue?["lag"] == .number(JSONNumber(5)))
    }

    @Test func `the command that was asked for is told with the time of its next attempt`() throws {
        let inspection = WorkerInspection(
            sample: .sample(),
            commands: [
                InFlightReport(
                    id: CommandID("n1"),
                    position: RecordPosition(topic: "customer_commands", partition: 0, offset: 7),
                    stage: .backingOff,
                    attempts: 2,
                    nextAttempt: .milliseconds(1_500),
                    waitsFor: "its next attempt, after attempt 2 failed in passing"
                )
            ]
        )
        let view = WorkerWatch.View.sample(inspection)
        let json = StatusReport(view: view, now: Self.now, externalID: ExternalID("acct_\"1")).json
        let status = try JSONParser.parseObject(json)
        #expect(status["external_id"]?.stringValue == "acct_\"1")
        let command = try #require(status["commands_in_flight"]?.arrayValue?.first?.objectValue)
        #expect(command["stage"]?.stringValue == "backing_off")
        #expect(command["attempts"] == .number(JSONNumber(2)))
        #expect(command["next_attempt"]?.stringValue == UnixMilliseconds(Self.now.value + 1_500).description)
    }

    @Test func `a wait of the API and a refusal that all get are told with the intake`() throws {
        var inspection = WorkerInspection.sample()
        (inspection.hold, inspection.refusal) = (.milliseconds(90_500), "status 400 (x: y)")
        let intake = try #require(try self.report(inspection)["intake"]?.objectValue)
        #expect(intake["hold_seconds"] == .number(try #require(JSONNumber(spelling: "90.5"))))
        #expect(intake["refusal"]?.stringValue == "status 400 (x: y)")
        #expect(try self.report(.sample())["intake"]?.objectValue?["hold_seconds"] == .null)
    }

    @Test func `a stuck loop is not live`() throws {
        let status = try self.report(.sample(), silence: .seconds(20))
        #expect(status["live"] == .bool(false))
        #expect(status["reasons"]?.arrayValue?.first?.objectValue?["reason"]?.stringValue == "loop_stuck")
    }
}

extension WorkerInspection {
    fileprivate init(sample: WorkerInspection, commands: [InFlightReport]) {
        self.init(
            moment: sample.moment,
            snapshot: sample.snapshot,
            partitions: sample.partitions,
            stages: sample.stages,
            oldestRecord: sample.oldestRecord,
            isPaused: sample.isPaused,
            nextProbe: sample.nextProbe,
            recentFailures: sample.recentFailures,
            commands: commands
        )
    }
}
