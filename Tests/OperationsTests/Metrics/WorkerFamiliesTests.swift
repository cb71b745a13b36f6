import CustomerContract
import Kafka
import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct WorkerFamiliesTests {
    private static let now = UnixMilliseconds(1_800_000_000_000)

    private func samples(_ metric: Metric, _ inspection: WorkerInspection) -> [MetricFamily.Sample] {
        var families = WorkerFamilies()
        return families.families(inspection, now: Self.now).first { $0.metric == metric }?.samples ?? []
    }

    @Test func `every metric of the contract that the core counts has its name and kind`() {
        var families = WorkerFamilies()
        let made = families.families(.sample(), now: Self.now).map { "\($0.metric.rawValue) \($0.metric.kind)" }
        let contract = [
            "customer_worker_commands_total counter", "customer_worker_command_duration_seconds histogram",
            "customer_worker_in_flight gauge", "customer_worker_oldest_unfinished_seconds gauge",
            "customer_worker_incomplete_offsets gauge",
            "customer_worker_api_retries_total counter", "customer_worker_intake_paused gauge",
            "customer_worker_dead_letters_total counter", "customer_worker_transactions_total counter",
            "customer_worker_reduced_total counter",
        ]
        #expect(Array(made.prefix(contract.count)) == contract)
        #expect(Metric.recorded.map(\.rawValue).contains("customer_worker_api_requests_total"))
        #expect(Metric.recorded.map(\.rawValue).contains("customer_worker_api_request_duration_seconds"))
        #expect(Metric.recorded.map(\.rawValue).contains("customer_worker_store_duration_seconds"))
    }

    @Test func `every outcome and every code has a series from the start`() {
        let samples = self.samples(.commands, .sample(created: 5))
        #expect(samples.count == CreatedOutcome.allCases.count + ErrorCode.allCases.count)
        #expect(samples.map(\.value).reduce(0, +) == 5)
        #expect(samples.first?.labels == [.init("status", "created"), .init("outcome", "created"), .init("code", "")])
    }

    @Test func `a reason for a pause that has ended stays with zero`() {
        var families = WorkerFamilies()
        func paused(_ reason: String?) -> [String: Double] {
            let made = families.families(.sample { $0.intakeBlock = reason }, now: Self.now)
            let samples = made.first { $0.metric == .intakePaused }?.samples ?? []
            return Dictionary(uniqueKeysWithValues: samples.map { ($0.labels[0].value, $0.value) })
        }
        #expect(paused(nil)["http_503"] == nil)
        #expect(paused("http_503")["http_503"] == 1)
        #expect(paused(nil)["http_503"] == 0)
        #expect(paused(nil)["draining"] == 0)
        // Whatever comes, the labels are bounded.
        for number in 0..<1_000 { _ = paused("reason_\(number)") }
        #expect(paused(nil).count <= 101)
    }

    @Test func `the oldest unfinished record is told by its age, never a negative one`() {
        let old = self.samples(.oldestUnfinished, .sample(oldestRecord: UnixMilliseconds(Self.now.value - 2_500)))
        #expect(old.map(\.value) == [2.5])
        let fromTheFuture = self.samples(.oldestUnfinished, .sample(oldestRecord: UnixMilliseconds(.max)))
        #expect(fromTheFuture.map(\.value) == [0])
        #expect(self.samples(.oldestUnfinished, .sample()).map(\.value) == [0])
    }
}
