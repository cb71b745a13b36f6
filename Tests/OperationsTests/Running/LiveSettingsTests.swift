import CustomerContract
import Kafka
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct LiveSettingsTests {
    @Test func `the longest wait of the API reaches the worker, at a reload too`() throws {
        let settings = try ConfigurationFixture("retry: {max_hold: 40s}\nbreaker: {refusals: 0}\n").load().settings
        #expect(LiveSettings(settings).retry.maximumHold == .seconds(40))
        #expect(settings.breaker.refusals == 0)
        #expect(LiveSettings(.defaults).retry == RetryPolicy())
        #expect(Settings.defaults.breaker.refusals == BreakerSettings().refusals)
    }

    @Test func `refusals are compared only when every rule was checked before`() {
        var settings = WorkerSettings(kafka: ClientProperties(brokers: "localhost:9092"))
        #expect(settings.core(createsLocally: false, spillsSets: false).judgesRefusals)
        settings.validation = .envelope
        #expect(!settings.core(createsLocally: false, spillsSets: false).judgesRefusals)
    }
}
