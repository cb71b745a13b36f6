import Hummingbird
package import Logging
import ServiceLifecycle

/// A stand-in for the Flexprice API: the routes about customers, with their bodies, checks and oddities, and faults on
/// demand.
///
/// ```swift
/// let simulator = FlexpriceSimulator(.init(apiKey: "sk_test"))
/// // run `simulator` as a service, then:
/// let baseURL = "http://127.0.0.1:\(try await simulator.port)/v1"
/// simulator.state.inject(.dropAfterCommit, .next(1))
/// ```
///
/// Customers live in memory and are gone with the simulator. It speaks HTTP/1.1 without TLS and is meant for one
/// machine: its own routes (see `/_simulator/faults`) ask for no key.
package struct FlexpriceSimulator: Service {
    /// The configuration it was made with.
    package let configuration: SimulatorConfiguration
    /// Customers, requests, faults and counts; safe from any thread, before, while and after the simulator runs.
    package let state: SimulatorState

    private let logger: Logger
    private let boundPort = BoundPort()

    /// Makes a simulator; it listens once ``run()`` is called, which can be done once.
    ///
    /// - Parameter logger: Told where the simulator listens, and little else; silent by default.
    package init(
        _ configuration: SimulatorConfiguration,
        logger: Logger = Logger(label: "flexprice-simulator") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.configuration = configuration
        self.logger = logger
        state = SimulatorState(configuration: configuration)
    }

    /// The port that the simulator listens on, waited for until it does.
    ///
    /// - Throws: What kept it from listening, or `CancellationError`.
    package var port: Int {
        get async throws { try await boundPort.value() }
    }

    /// Listens and answers until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: An error of the network if the address cannot be bound.
    package func run() async throws {
        let boundPort = boundPort
        let application = Application(
            responder: SimulatorResponder(
                configuration: configuration,
                state: state,
                administration: Administration(state: state)
            ),
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionEndHandler()])),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in
                boundPort.settle(.success(channel.localAddress?.port ?? 0))
            },
            logger: logger
        )
        do {
            try await application.run()
            boundPort.settle(.failure(CancellationError()))
        } catch {
            boundPort.settle(.failure(error))
            throw error
        }
    }
}
