import FlexpriceAPI
import FlexpriceSimulator
import Records

/// A running simulator and a client of this worker that talks to it.
struct SimulatedFlexprice: Sendable {
    static let apiKey = "sk_test_0123456789"

    let client: FlexpriceClient
    let state: SimulatorState
    let settings: FlexpriceSettings

    /// Creates a customer of this external_id and nothing else.
    func create(_ externalID: String) async -> Exchange {
        await self.client.createCustomer(
            body: Array(#"{"external_id":"\#(externalID)","name":"Acme"}"#.utf8),
            requestID: "customer_commands/3/1207"
        )
    }
}

/// Runs a simulator on a free port, and a client, for the duration of `operation`.
func withFlexprice(
    simulator change: (inout SimulatorConfiguration) -> Void = { _ in },
    client adjust: (inout FlexpriceSettings) -> Void = { _ in },
    _ operation: (SimulatedFlexprice) async throws -> Void
) async throws {
    var configuration = SimulatorConfiguration(apiKey: SimulatedFlexprice.apiKey)
    change(&configuration)
    let simulator = FlexpriceSimulator(configuration)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await simulator.run() }
        defer { group.cancelAll() }
        let plain = FlexpriceSettings(
            baseURL: "http://127.0.0.1:\(try await simulator.port)/v1",
            apiKey: Secret(SimulatedFlexprice.apiKey)
        )
        var settings = plain
        adjust(&settings)
        let client = FlexpriceClient(settings)
        let flexprice = SimulatedFlexprice(client: client, state: simulator.state, settings: settings)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await operation(flexprice))
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        // A server that is stopped between the kernel's taking a connection and its own traps in swift-nio («Deinited
        // NIOAsyncWriter without calling finish()»). It takes them in order, so an answer on one more shows that none
        // is left.
        _ = await withClient(plain) { await $0.health() }
        try outcome.get()
    }
}
