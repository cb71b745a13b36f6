import CoreMetrics
import Testing

@testable import Operations

@Suite struct MetricsRegistryTests {
    @Test func `what components record is told by name and labels`() throws {
        let registry = MetricsRegistry()
        let label = Metric.apiRequests.rawValue
        Counter(label: label, dimensions: [("status", "503")], factory: registry).increment()
        Counter(label: label, dimensions: [("status", "201")], factory: registry).increment(by: 3)
        // The same labels again are the same series.
        Counter(label: label, dimensions: [("status", "201")], factory: registry).increment()
        let families = registry.families()
        #expect(
            families == [
                MetricFamily(
                    .apiRequests,
                    [.init(4, [.init("status", "201")]), .init(1, [.init("status", "503")])]
                )
            ]
        )
    }

    @Test func `durations fall into their buckets, the bound itself included`() throws {
        let registry = MetricsRegistry()
        let timer = CoreMetrics.Timer(label: Metric.apiRequestDuration.rawValue, factory: registry)
        timer.recordNanoseconds(Int64(5_000_000))
        timer.recordNanoseconds(Int64(5_000_001))
        timer.recordNanoseconds(Int64(90_000_000_000))
        timer.recordNanoseconds(Int64(-1))
        let samples = try #require(registry.families().first).samples
        #expect(samples.first?.value == 2)
        #expect(samples[1].value == 3)
        #expect(samples.first { $0.suffix == "_count" }?.value == 4)
        #expect(samples.last { $0.suffix == "_bucket" }?.labels == [.init("le", "+Inf")])
        #expect(samples.last { $0.suffix == "_bucket" }?.value == 4)
    }

    @Test func `counters of several threads lose nothing`() async throws {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(
                        label: Metric.apiRequests.rawValue,
                        dimensions: [("status", "201")],
                        factory: registry
                    )
                    for _ in 0..<1_000 { counter.increment() }
                }
            }
        }
        #expect(registry.families().first?.samples.first?.value == 8_000)
    }
}
