import FlexpriceSimulator
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SimulatorLifecycleTests {
    @Test func `a port that is taken fails the run and whoever waits for the port`() async throws {
        try await withSimulator { harness in
            var configuration = SimulatorConfiguration(apiKey: Harness.apiKey)
            configuration.port = harness.port
            let second = FlexpriceSimulator(configuration)
            let port = Task { try await second.port }
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await port.value }
        }
    }

    @Test func `waiting for the port or for requests ends with the task`() async throws {
        let simulator = FlexpriceSimulator(.init(apiKey: Harness.apiKey))
        let waiting = Task { try await simulator.port }
        let counting = Task { try await simulator.state.requestsReceived(atLeast: 1) }
        waiting.cancel()
        counting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await #expect(throws: CancellationError.self) { try await counting.value }
    }

    @Test func `a task that waits for requests wakes when they came`() async throws {
        try await withSimulator { harness in
            async let arrived: Void = harness.state.requestsReceived(atLeast: 2)
            try await harness.create("a")
            try await harness.create("b")
            try await arrived
            #expect(harness.state.statistics.requests == 2)
            try await harness.state.requestsReceived(atLeast: 1)
        }
    }
}
