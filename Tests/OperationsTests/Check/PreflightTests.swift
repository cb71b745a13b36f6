import Settings
import Testing

@testable import Operations

@Suite struct PreflightTests {
    @Test func `a missing key fails the check of a worker, and is nothing to a process that has none`() throws {
        let environment = ["FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": "us.api.flexprice.io"]
        let sources = SettingsSources(configPath: "/dev/null", environment: environment)
        let problems = try sources.load(needsKey: false).keyProblems
        #expect(!problems.isEmpty)
        let worker = Preflight(sources, environment: environment)
        #expect(worker.findings(withoutKey: problems).map(\.state) == [.failed(.configuration)])
        let console = Preflight(sources, environment: environment, needsKey: false)
        let findings = console.findings(withoutKey: problems)
        #expect(findings.map(\.state) == [.skipped] && findings.status == .success)
    }
}
