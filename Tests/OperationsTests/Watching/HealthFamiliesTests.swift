import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct HealthFamiliesTests {
    private func values(_ families: [MetricFamily]) -> [String: Double] {
        let samples = families.flatMap { family in
            family.samples.map { ([family.metric.rawValue] + $0.labels.map(\.value), $0.value) }
        }
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.0.joined(separator: " "), $0.1) })
    }

    @Test func `a worker that is well is ready, with a series for every word`() {
        let health = Health(.sample(), silence: .zero)
        let values = self.values(health.families(hold: nil, hasReloaded: true))
        #expect(values["customer_worker_ready"] == 1)
        #expect(values["customer_worker_last_reload_success"] == 1)
        #expect(values["customer_worker_api_hold_seconds"] == 0)
        #expect(values.filter { $0.key.hasPrefix("customer_worker_not_ready ") }.count == ReadinessWord.allCases.count)
        #expect(values.filter { $0.key.hasPrefix("customer_worker_not_ready ") }.allSatisfy { $0.value == 0 })
    }

    @Test func `every reason of readiness is a metric`() {
        let health = Health(
            .sample(stops: [.brokersUnreachable(nil)]) { $0.intakeBlock = "store_full" },
            silence: .zero
        )
        let values = self.values(health.families(hold: .seconds(90), hasReloaded: false))
        #expect(values["customer_worker_ready"] == 0)
        #expect(values["customer_worker_not_ready brokers_unreachable"] == 1)
        #expect(values["customer_worker_not_ready store_trouble"] == 1)
        #expect(values["customer_worker_not_ready api_hold"] == 0)
        #expect(values["customer_worker_api_hold_seconds"] == 90)
        #expect(values["customer_worker_last_reload_success"] == 0)
    }
}
