import CustomerContract
import Settings
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct LiveSettingsTests {
    @Test func `the longest wait of the API reaches the worker, at a reload too`() {
        var settings = Settings.defaults
        settings.worker.live.retry.maximumHold = .seconds(40)
        #expect(settings.worker.live.held().retry.maximumHold == .seconds(40))
    }

    @Test func `refusals are compared only when every rule was checked before`() {
        var settings = WorkerSettings()
        #expect(settings.judgesRefusals)
        settings.validation = .envelope
        #expect(!settings.judgesRefusals)
    }
}
