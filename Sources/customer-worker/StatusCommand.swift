import ArgumentParser
import JSON
import Operations
import Settings

/// `status`: what a running worker says of itself.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask a running worker how it is doing.",
        discussion: """
            Ends with 0 when the worker is ready, 1 when it answers and is not, 69 when no worker answers. \
            The worker is looked for at admin.listen.

            With --watch it waits for a worker that is not there or restarts. On a terminal it takes the whole screen, \
            and ends at INT or TERM as its last answer would; NO_COLOR turns the colours off.
            """ + Examples.below("status")
    )

    @OptionGroup var admin: AdminOptions

    @Option(help: .value("id", "Tell about the commands in flight of this external_id."))
    var externalID: String?

    @Option(help: .value("n", "Tell about this number of commands in flight, 1 to 100, the oldest."))
    var slowest: Int?

    @Flag(help: "Ask again until interrupted, with the last minutes drawn.")
    var watch = false

    @Option(help: "Seconds between two questions of --watch.")
    var interval = 1.0

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func validate() throws {
        guard (0.1...3_600).contains(self.interval) else {
            throw ValidationError("--interval \(self.interval): expected 0.1 to 3600 seconds")
        }
        if let slowest, !(1...100).contains(slowest) {
            throw ValidationError("--slowest \(slowest): expected 1 to 100")
        }
    }

    func run() async throws {
        let client = try self.admin.client()
        if self.watch {
            let watch = StatusWatch(
                client: client,
                externalID: self.externalID,
                slowest: self.slowest,
                interval: .seconds(self.interval),
                printsJSON: self.json
            )
            let status = await watch.run()
            if status != .success { throw status.exit }
            return
        }
        let status = try await client.status(of: self.externalID, slowest: self.slowest)
        let screen = StatusScreen(status)
        let terminal = Terminal.output
        let text =
            self.json
            ? status.line : screen.text(width: terminal?.columns, inColour: terminal?.hasColours ?? false)
        print(text, terminator: "")
        if !screen.isReady { throw ExitStatus.failure.exit }
    }
}

/// Where a running worker is asked.
struct AdminOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    @Option(help: .value("host:port", "The worker's admin endpoint, in place of admin.listen."))
    var address: String?

    func validate() throws {
        if let address = self.address, HostAndPort(parsing: address) == nil {
            throw ValidationError("--address \(address): expected HOST:PORT")
        }
    }

    /// The client for `--address`, or for `admin.listen` of the settings.
    func client() throws -> AdminClient {
        if let address = self.address.flatMap({ HostAndPort(parsing: $0) }) { return AdminClient(address) }
        let listen = try self.settings.load().settings.adminListen
        guard listen.port != 0 else {
            throw ValidationError("admin.listen leaves the port to the system: name it with --address HOST:PORT")
        }
        return AdminClient(listen.reachable)
    }
}

/// `why`: one sentence on what commands wait for.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say in one sentence why nothing moves, or why one external_id does not.",
        discussion: """
            Ends with 0 when the worker is ready, 1 when it answers and is not, 69 when no worker answers. \
            The worker is looked for at admin.listen; of several instances each answers for itself.
            """ + Examples.below("why")
    )

    @OptionGroup var admin: AdminOptions

    @Argument(help: .value("external_id", "Tell about the commands of this external_id."))
    var externalID: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try self.admin.client()
        let answer = WhyAnswer(try await client.status(of: self.externalID), externalID: self.externalID)
        if self.json { print(answer.json.line, terminator: "") } else { Terminal.print(answer.text) }
        if !answer.isReady { throw ExitStatus.failure.exit }
    }
}

/// `reload`: a HUP that waits for its outcome.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let a running worker read its settings again, and wait.",
        discussion: """
            Ends with 0 when the settings are in effect, 78 when they were refused and the old ones stay, 69 when no \
            worker answers at admin.listen.
            """ + Examples.below("reload")
    )

    @OptionGroup var admin: AdminOptions

    @Option(help: .value("pid", "The worker's process, in place of the one that answers."))
    var pid: Int32?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let pid = self.pid, pid < 2 { throw ValidationError("--pid \(pid): expected the number of a process") }
    }

    func run() async throws {
        let client: AdminClient
        do {
            client = try self.admin.client()
        } catch {
            // The worker refuses the same file, and says so in its log and its metric.
            if let pid = self.pid { try? AdminClient.hangUp(pid) }
            throw error
        }
        let reload = try await client.reload(self.pid, within: .seconds(30))
        let text = self.json ? String(decoding: JSONWriter.encode(reload), as: UTF8.self) : Self.text(reload)
        try StandardOutput.write(text + "\n")
        if reload["in_effect"] != .bool(true) { throw ExitStatus.configuration.exit }
    }

    private static func text(_ reload: JSONObject) -> String {
        func list(_ name: String) -> [String] { (reload[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        let problems = list("problems")
        if !problems.isEmpty {
            return (["New settings refused; the old ones stay:"] + problems.map { "  \($0)" }).joined(separator: "\n")
        }
        let (changed, late) = (list("changed"), list("needs_restart"))
        if changed.isEmpty, late.isEmpty { return "Settings read again; nothing has changed." }
        let lines = [
            changed.isEmpty ? nil : "In effect: \(changed.joined(separator: ", ")).",
            late.isEmpty ? nil : "In effect after a restart: \(late.joined(separator: ", ")).",
        ]
        return lines.compactMap(\.self).joined(separator: "\n")
    }
}
