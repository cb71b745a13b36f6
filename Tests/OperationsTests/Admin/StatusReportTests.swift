import CustomerContract
import FlexpriceAPI
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
        let question = WorkerQuestion(externalID: ExternalID("acct_\"1"))
        let json = StatusReport(view: view, now: Self.now, question: question).json
        let status = try JSONParser.parseObject(json)
        #expect(status["external_id"]?.stringValue == "acct_\"1")
        let command = try #require(status["commands_in_flight"]?.arrayValue?.first?.objectValue)
        #expect(command["stage"]?.stringValue == "backing_off")
        #expect(command["attempts"] == .number(JSONNumber(2)))
        #expect(command["next_attempt"]?.stringValue == UnixMilliseconds(Self.now.value + 1_500).description)
    }

    @Test func `the slowest are told with customer and age when somebody asks`() throws {
        var inspection = WorkerInspection.sample()
        inspection.slowest = [
            InFlightReport(
                id: CommandID("n1"),
                position: RecordPosition(topic: "customer_commands", partition: 0, offset: 7),
                stage: .requesting,
                attempts: 2,
                nextAttempt: nil,
                waitsFor: "the API's answer to attempt 2",
                externalID: ExternalID("anna"),
                recordedAt: UnixMilliseconds(Self.now.value - 12_345)
            )
        ]
        let view = WorkerWatch.View.sample(inspection)
        let json = StatusReport(view: view, now: Self.now, question: WorkerQuestion(slowest: 5)).json
        let slowest = try #require(try JSONParser.parseObject(json)["slowest"]?.arrayValue?.first?.objectValue)
        #expect(slowest["external_id"]?.stringValue == "anna" && slowest["stage"]?.stringValue == "requesting")
        #expect(slowest["age_seconds"] == .number(try #require(JSONNumber(spelling: "12.345"))))
        #expect(slowest["retrying"] == .bool(true))
        #expect(try JSONParser.parseObject(StatusReport(view: view, now: Self.now).json)["slowest"] == nil)
    }

    @Test func `requests to the API are counted as the metric counts them`() throws {
        let registry = MetricsRegistry()
        let metrics = FlexpriceMetrics(factory: registry)
        metrics.count(status: 201)
        metrics.count(status: 201)
        metrics.count(status: 429)
        let view = WorkerWatch.View.sample(.sample())
        let answers = registry.counts(of: .apiRequests)
        let json = StatusReport(view: view, now: Self.now, apiAnswers: answers).json
        let told = try #require(try JSONParser.parseObject(json)["api_answers"]?.objectValue)
        #expect(told["201"] == .number(JSONNumber(2)) && told["429"] == .number(JSONNumber(1)))
        #expect(told["500"] == .number(JSONNumber(0)))
        #expect(try self.report(.sample())["api_answers"] == .object(JSONObject([:])))
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
