import Hummingbird
package import Logging
import ServiceLifecycle
import Synchronization

/// Simulated Flexprice API: the routes about customers, with their bodies, checks and oddities, and faults on demand.
///
/// ```swift
/// let simulator = FlexpriceSimulator(.init(apiKey: "sk_test"))
/// // run `simulator` as a service, then:
/// let baseURL = "http://127.0.0.1:\(try await simulator.port)/v1"
/// simulator.state.inject(.dropAfterCommit, .next(1))
/// ```
///
/// Customers live in memory and end with the simulator. It speaks HTTP/1.1 without TLS and is meant for one machine:
/// its own routes (see ``Administration``) ask for no key.
package final class FlexpriceSimulator: Service {
    /// Customers, requests, faults and counts; safe from any thread, before, while and after the simulator runs.
    package let state: SimulatorState

    private let logger: Logger
    private let bound = Mutex<Result<Int, any Error>?>(nil)
    private let settled = Milestones()

    /// Makes a simulator; it listens once ``run()`` is called, which can be done once.
    ///
    /// - Parameter logger: Told where the simulator listens, and little else; silent by default.
    package init(
        _ configuration: SimulatorConfiguration,
        logger: Logger = Logger(label: "flexprice-simulator") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.logger = logger
        self.state = SimulatorState(configuration: configuration)
    }

    /// The port that the simulator listens on; waits until it does.
    ///
    /// - Throws: What kept it from listening, or `CancellationError`.
    package var port: Int {
        get async throws {
            try await self.settled.reach(1)
            return try self.bound.withLock { $0 ?? .failure(CancellationError()) }.get()
        }
    }

    /// Listens and answers until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: An error of the network if the address cannot be bound.
    package func run() async throws {
        let configuration = self.state.configuration
        let application = Application(
            responder: SimulatorResponder(state: self.state),
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionEndHandler()])),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { self.settle(.success($0.localAddress?.port ?? 0)) },
            logger: self.logger
        )
        do {
            try await application.run()
            self.settle(.failure(CancellationError()))
        } catch {
            self.settle(.failure(error))
            throw error
        }
    }

    /// Tells the port to those who wait for it; only the first outcome counts.
    private func settle(_ outcome: Result<Int, any Error>) {
        self.bound.withLock { $0 = $0 ?? outcome }
        self.settled.advance()
    }
}
