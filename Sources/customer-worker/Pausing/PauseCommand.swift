import ArgumentParser
import CustomerContract
import Ledger
import Operations
import Records
import Redrive
import Settings

/// The commands that a pause stops.
struct PauseScopeOptions: ParsableArguments {
    @Option(help: .value("id", "The commands of this external_id; may be repeated."))
    var externalID: [String] = []

    @Option(help: .value("text", "The commands of every external_id that begins so; may be repeated."))
    var externalIDPrefix: [String] = []

    @Option(help: .value("n", "The records of this partition of the command topic; may be repeated."))
    var partition: [Int32] = []

    @Flag(help: "All commands; with «resume» every pause.")
    var all = false

    func validate() throws {
        if let number = self.partition.first(where: { $0 < 0 }) {
            throw ValidationError("--partition \(number): expected 0 or more")
        }
        if self.externalID.contains("") || self.externalIDPrefix.contains("") {
            throw ValidationError("an empty text means every external_id: use --all")
        }
    }

    /// Each of them, `all` as itself.
    var scopes: [Pause.Scope] {
        self.externalID.map { .externalID(ExternalID($0)) } + self.externalIDPrefix.map { .externalIDPrefix($0) }
            + self.partition.map { .partition($0) } + (self.all ? [.all] : [])
    }
}

/// `pause`: an operator's stop of some commands.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop taking the commands of an external_id, a partition, or all; or list what is paused.",
        discussion: """
            It is kept in the ledger, so it outlives a restart, and holds for every worker of the group that shares \
            the ledger, within two seconds. What has started runs to its end; what waits keeps its place and order. \
            Without a scope it lists what is paused. Exit codes: 0; 69 there is no ledger yet; 77 it cannot be written.
            """ + Examples.below("pause")
    )

    @OptionGroup var options: SettingsOptions
    @OptionGroup var scope: PauseScopeOptions

    @Option(name: .customLong("for"), help: .value("duration", "End it by itself after this time."))
    var time: String?

    @Option(help: .value("text", "Why, for those who find it: «status», «why» and the log tell it."))
    var reason = ""

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let time, (DurationText.parse(time) ?? .zero) <= .zero {
            throw ValidationError("--for \(time): expected a duration such as 30m or 2h")
        }
        if self.reason.utf8.count > 1_000 { throw ValidationError("--reason: expected at most 1000 bytes") }
        if self.scope.scopes.isEmpty, self.time != nil || !self.reason.isEmpty {
            throw ValidationError("name what to pause: --external-id, --external-id-prefix, --partition or --all")
        }
    }

    func run() async throws {
        let settings = try self.options.load().settings
        let store = try await PauseStore(settings)
        let now = UnixMilliseconds.now()
        try await store.begin(
            self.scope.scopes,
            reason: self.reason,
            by: .current(),
            for: self.time.flatMap { DurationText.parse($0) },
            at: now
        )
        let pauses = try await store.current(at: now)
        print(self.json ? pauses.json : pauses.text(width: Terminal.width), terminator: "")
    }
}

/// `resume`: the end of pauses.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End what «pause» began; --all ends every pause.",
        discussion: """
            Workers take the commands again within two seconds, in their order. A stop by the signal TSTP ends with \
            CONT, not with this. Exit codes: 0; 3 there was no such pause; 69 there is no ledger yet; 77 it cannot be \
            written.
            """ + Examples.below("resume")
    )

    @OptionGroup var options: SettingsOptions
    @OptionGroup var scope: PauseScopeOptions

    @Flag(help: "Print what is still paused as JSON.")
    var json = false

    func validate() throws {
        if self.scope.scopes.isEmpty {
            throw ValidationError("name what to resume: --external-id, --external-id-prefix, --partition or --all")
        }
        if self.scope.all, self.scope.scopes.count > 1 {
            throw ValidationError("--all ends every pause: expected no other scope beside it")
        }
    }

    func run() async throws {
        let settings = try self.options.load().settings
        let store = try await PauseStore(settings)
        let now = UnixMilliseconds.now()
        let ended = try await store.end(self.scope.all ? nil : self.scope.scopes, at: now)
        let pauses = try await store.current(at: now)
        print(self.json ? pauses.json : pauses.text(width: Terminal.width), terminator: "")
        guard ended > 0 else {
            throw ExitStatus.nothingMatched.exit("there was no such pause; «customer-worker pause» lists them")
        }
        StandardError.write("\(NumberText.count(ended, "pause")) ended.")
    }
}
