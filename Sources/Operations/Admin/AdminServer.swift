import Hummingbird
package import Logging
import NIOCore
import Records
package import Settings
import Synchronization
import WorkerLogging

/// The admin endpoint: health, metrics and status over HTTP, without authentication and so on loopback unless told
/// otherwise.
package struct AdminServer: Sendable {
    private let listen: HostAndPort
    private let watch: WorkerWatch
    private let logger: Logger

    package init(_ listen: HostAndPort, watch: WorkerWatch, logger: Logger) {
        self.listen = listen
        self.watch = watch
        self.logger = logger
    }

    /// Serves for as long as `body` takes, which starts when the endpoint listens.
    ///
    /// - Throws: ``StartFailure`` when the address cannot be bound; then `body` was not called.
    func serve(_ body: @Sendable @escaping () async -> ExitStatus) async throws(StartFailure) -> ExitStatus {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: AdminResponder(watch: self.watch),
            // Scrapers keep a connection for minutes; what is silent for longer is gone.
            server: .http1(configuration: .init(idleTimeout: .seconds(180))),
            configuration: .init(address: .hostname(self.listen.host, port: self.listen.port), reuseAddress: true),
            onServerRunning: { channel in bound.yield(channel.localAddress?.port ?? 0) },
            // Its lines about every connection would fill the log at the program's own level.
            logger: Logger(label: "admin") { _ in SwiftLogNoOpLogHandler() }
        )
        let listen = self.listen
        let logger = self.logger
        let outcome = await withTaskGroup(of: Result<ExitStatus, StartFailure>?.self) { group in
            group.addTask {
                do {
                    try await application.run()
                } catch {
                    bound.finish()
                    return .failure(StartFailure(binding: listen, error))
                }
                bound.finish()
                return nil
            }
            group.addTask {
                for await port in ports {
                    let address = HostAndPort(host: listen.host, port: port)
                    logger.info("Admin endpoint listens", metadata: [LogKey.address: "\(address)"])
                    return .success(await body())
                }
                return nil
            }
            defer { group.cancelAll() }
            for await outcome in group {
                if let outcome { return outcome }
            }
            return .failure(StartFailure(.internal, "the admin endpoint ended before it began"))
        }
        return try outcome.get()
    }
}

extension StartFailure {
    /// Nothing can listen on the address that a setting or an option names.
    package init(binding address: HostAndPort, of setting: String = "admin.listen", _ error: any Error) {
        let place = "\(setting): nothing can listen on \(address)"
        switch (error as? IOError)?.errnoCode {
        case 13:  // EACCES
            self.init(.notPermitted, "\(place): permission denied; take a port above 1023")
        case 98:  // EADDRINUSE
            self.init(.unavailable, "\(place): another program does; stop it, or set another port")
        case 99:  // EADDRNOTAVAIL
            self.init(.configuration, "\(place): no interface of this machine has that address")
        case let code?:
            self.init(.configuration, "\(place): \(SystemReason.text(of: code))")
        case nil where error is SocketAddressError.UnknownHost || error is SocketAddressError:
            self.init(.configuration, "\(place): the host is unknown; name an address of this machine")
        case nil:
            self.init(.configuration, "\(place): \(error)")
        }
    }
}
