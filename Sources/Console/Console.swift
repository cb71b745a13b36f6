import CommandWorker
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Kafka
package import Logging
import NIOCore
import NIOSSL
import Operations
package import Settings

/// The console: web pages for those who operate the workers of a group.
///
/// A process of its own, so that no page can slow a worker or end it: it reads the same configuration, asks the admin
/// endpoints of the workers, and uses topics and ledger as the other commands do.
///
/// ```swift
/// let console = try await Console(settings, configPath: nil, environment: environment, logger: logger)
/// try await console.run { address in print(address) }
/// ```
package struct Console: Sendable {
    /// Where its settings come from.
    package struct Place: Sendable {
        /// The file of `--config`; `nil` when it was not given.
        let configPath: String?
        let environment: [String: String]

        package init(configPath: String?, environment: [String: String]) {
            self.configPath = configPath
            self.environment = environment
        }

        var sources: SettingsSources { SettingsSources(configPath: self.configPath, environment: self.environment) }
    }

    /// Connections at a time; a page takes one to six of them, a live page one of these for as long as it is open.
    private static let mostConnections = 512
    /// A client that sends nothing for this time is gone.
    private static let idleTime = TimeAmount.seconds(60)

    private let settings: Settings.Console
    private let fleet: FleetWatch
    private let results: ResultFeed
    private let ledger: LedgerFigures
    private let check: CheckRunner
    private let doors: Doors
    private let index: LetterIndex
    private let board: JobBoard
    private let runner: JobRunner
    private let responder: RouterResponder<ConsoleContext>
    private let logger: Logger

    /// Checks what it needs, and opens its file; nothing is served yet.
    ///
    /// - Throws: ``StartFailure`` 78 when there is no way to log in or a file of tokens is wrong, 77 when a file cannot
    ///   be used.
    package init(_ settings: Settings, _ place: Place, logger: Logger) async throws {
        let console = settings.console
        self.settings = console
        self.logger = logger
        self.doors = Doors(console)
        guard !self.doors.tokens.isEmpty || console.userHeader != nil else {
            throw StartFailure(
                .configuration,
                "there is no way to log in: set console.operator_tokens_file or console.viewer_tokens_file (lines NAME "
                    + "TOKEN), or console.user_header behind a proxy"
            )
        }
        _ = try self.doors.tokens.read()
        let cluster = try ClusterSettings(settings)
        let history = History(try HistoryFile(path: cluster.historyPath))
        try await history.load()
        let workers = settings.watchedWorkers
        self.fleet = FleetWatch(workers, history: history, logger: logger)
        let pages = try Pages(viewersSeeValues: console.viewersSeeValues)
        let router = Router(context: ConsoleContext.self)
        let isSecure = console.tlsCertificateFile != nil || console.behindProxy
        router.add(middleware: ErrorPages(pages: pages, isSecure: isSecure, logger: logger))
        // Every byte of a command may be written as three, and the old text comes with the new one.
        let mostFormBytes = 65_536 + 3 * min(settings.worker.maximumCommandBytes, 4 << 20)
        router.add(middleware: Gatekeeper(self.doors, mostFormBytes: mostFormBytes))
        Files.addRoutes(to: router)
        LoginPages(doors: self.doors, pages: pages, limit: LoginLimit(), logger: logger).addRoutes(to: router)
        let worker = settings.worker
        OverviewPages(fleet: self.fleet, history: history, pages: pages, group: worker.group)
            .addRoutes(to: router)
        PartitionPages(
            fleet: self.fleet,
            lanes: LaneWatch(workers),
            pauses: PauseWatch(settings),
            pages: pages,
            auditPath: cluster.auditPath,
            logger: logger
        )
        .addRoutes(to: router)
        let topic = worker.deadLetterTopic
        let index = LetterIndex(topic: topic, resultTopic: worker.resultTopic, rules: cluster.rules, cluster.client)
        let board = JobBoard(topic: topic, auditPath: cluster.auditPath, cluster.client)
        let planner = JobPlanner(cluster: cluster)
        let runner = JobRunner {
            index.hurry()
            board.hurry()
        } _: {
            try await planner.plan($0)
        }
        (self.index, self.board, self.runner) = (index, board, runner)
        let reader = LetterReader(topic: topic, cluster.client)
        let desk = LetterDesk(cluster: cluster, index: index, reader: reader, runner: runner, pages: pages)
        LetterPages(desk: desk).addRoutes(to: router)
        let actions = LetterActions(desk: desk)
        actions.addRoutes(to: router)
        LetterPage(desk: desk, actions: actions).addRoutes(to: router)
        JobPages(runner: runner, board: board, pages: pages, topic: topic).addRoutes(to: router)
        SearchPages(pages: pages, configPath: place.configPath, read: SearchPages.reading(cluster))
            .addRoutes(to: router)
        self.results = ResultFeed(cluster)
        ResultPages(look: self.results.look, pages: pages).addRoutes(to: router)
        self.ledger = LedgerFigures(settings.store)
        LedgerFactPages(url: settings.store, figures: self.ledger.look, pages: pages).addRoutes(to: router)
        ConfigurationPages(sources: place.sources, pages: pages).addRoutes(to: router)
        let preflight = Preflight(place.sources, environment: place.environment, needsKey: false)
        self.check = CheckRunner { await preflight.run() }
        CheckPages(runner: self.check, pages: pages).addRoutes(to: router)
        self.responder = router.buildResponder()
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter listening: Is called once, with the address of the pages.
    /// - Throws: ``StartFailure`` when the address cannot be bound or a TLS file cannot be read.
    package func run(_ listening: @escaping @Sendable (String) -> Void) async throws {
        let server: HTTPServerBuilder = .http1(configuration: .init(idleTimeout: Self.idleTime))
        let isTLS = self.settings.tlsCertificateFile != nil
        let application = Application(
            responder: self.responder,
            server: isTLS ? try .tls(server, tlsConfiguration: try self.tls()) : server,
            configuration: .init(
                address: .hostname(self.settings.listen.host, port: self.settings.listen.port),
                reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? self.settings.listen.port
                let address = HostAndPort(host: self.settings.listen.reachable.host, port: port)
                listening("\(isTLS ? "https" : "http")://\(address)/")
            },
            logger: Logger(label: "console-http") { _ in SwiftLogNoOpLogHandler() }
        )
        let listen = self.settings.listen
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await application.run()
                } catch let error where !(error is CancellationError) {
                    throw StartFailure(binding: listen, of: "console.listen", error)
                }
            }
            group.addTask { await self.fleet.run() }
            group.addTask { await self.index.run() }
            group.addTask { await self.runner.run() }
            group.addTask { await self.board.run { await self.runner.running?.job } }
            group.addTask { await self.results.run() }
            group.addTask { await self.ledger.run() }
            group.addTask { await self.check.run() }
            group.addTask { await self.endSessionsOfOldTokens() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Who is taken out of a file of tokens is logged out within ten seconds.
    private func endSessionsOfOldTokens() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            do throws(StartFailure) {
                self.doors.sessions.keep(try self.doors.tokens.read())
            } catch {
                self.logger.warning("Tokens not read; sessions continue", metadata: ["error": "\(error)"])
            }
        }
    }

    private func tls() throws(StartFailure) -> TLSConfiguration {
        guard let certificate = self.settings.tlsCertificateFile, let key = self.settings.tlsKeyFile else {
            throw StartFailure(.configuration, "console.tls_certificate_file and console.tls_key_file belong together")
        }
        do {
            return .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
        } catch {
            let settings = "console.tls_certificate_file, console.tls_key_file"
            throw StartFailure(.configuration, "\(settings): no certificate and key in PEM: \(error)")
        }
    }
}
