import CustomerContract
import Kafka
import Settings
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct LiveSettingsTests {
    @Test func `the longest wait of the API reaches the worker, at a reload too`() {
        var settings = Settings.defaults
        settings.retry.maximumHold = .seconds(40)
        #expect(LiveSettings(settings).retry.maximumHold == .seconds(40))
    }

    @Test func `refusals are compared only when every rule was checked before`() {
        var settings = WorkerSettings(kafka: ClientProperties(brokers: "localhost:9092"))
        #expect(settings.core(createsLocally: false, spillsSets: false).judgesRefusals)
        settings.validation = .envelope
        #expect(!settings.core(createsLocally: false, spillsSets: false).judgesRefusals)
    }
}
