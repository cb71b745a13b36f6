import ArgumentParser
import CustomerContract
import JSON
import Ledger
import Operations
import Records
import Redrive
import Settings

/// The commands that a pause stops.
struct PauseScopeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The commands of this external_id; may be repeated.", valueName: "id"))
    var externalID: [String] = []

    @Option(help: ArgumentHelp("The commands of every external_id that begins so; may be repeated.", valueName: "text"))
    var externalIDPrefix: [String] = []

    @Option(help: ArgumentHelp("The records of this partition of the command topic; may be repeated.", valueName: "n"))
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

    @Option(name: .customLong("for"), help: ArgumentHelp("End it by itself after this time.", valueName: "duration"))
    var time: String?

    @Option(help: ArgumentHelp("Why, for those who find it: «status», «why» and the log tell it.", valueName: "text"))
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
        let ledger = try await PauseStore(settings)
        let now = UnixMilliseconds.now()
        let owner = JobRecord.Owner.current()
        for scope in self.scope.scopes {
            let pause = Pause(
                group: settings.kafka.consumerGroup,
                scope: scope,
                reason: self.reason,
                author: "\(owner.user)@\(owner.host)",
                beganAt: now,
                endsAt: self.time.flatMap { DurationText.parse($0) }.map { now.advanced(by: $0) }
            )
            try await ledger.keep(pause)
        }
        let view = PausesView(pauses: try await ledger.current(at: now))
        print(self.json ? view.json : view.text, terminator: "")
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
        let ledger = try await PauseStore(settings)
        let now = UnixMilliseconds.now()
        // One that is over is taken away too, and does not count.
        let current = Set(try await ledger.current(at: now).map(\.scope))
        let kept = try await ledger.current(at: nil).map(\.scope)
        var ended = 0
        for scope in self.scope.all ? kept : self.scope.scopes {
            if try await ledger.end(scope), current.contains(scope) { ended += 1 }
        }
        let view = PausesView(pauses: try await ledger.current(at: now))
        print(self.json ? view.json : view.text, terminator: "")
        guard ended > 0 else {
            StandardError.write("customer-worker: there was no such pause; «customer-worker pause» lists them")
            throw ExitStatus.nothingMatched.exit
        }
        StandardError.write("\(NumberText.count(ended, "pause")) ended.")
    }
}

/// The pauses of one group in the ledger of the settings.
struct PauseStore {
    private let ledger: any Ledger
    private let group: String

    /// Opens the ledger, or ends the command when there is none that a worker could look into.
    init(_ settings: Settings) async throws {
        if case .sqlite(":memory:") = settings.store {
            throw ExitStatus.configuration.exit("store.url is in the worker's memory, where nothing can be paused")
        }
        self.ledger = try await LedgerCommand.open(settings.store)
        self.group = settings.kafka.consumerGroup
    }

    func keep(_ pause: Pause) async throws(LedgerError) { try await self.ledger.keep(pause) }

    func end(_ scope: Pause.Scope) async throws(LedgerError) -> Bool {
        try await self.ledger.endPause(scope, of: self.group)
    }

    /// Those of the group that are in effect at a moment; all that are kept without one.
    func current(at moment: UnixMilliseconds?) async throws(LedgerError) -> [Pause] {
        try await self.ledger.pauses().filter { pause in
            pause.group == self.group && !(moment.map { pause.isOver(at: $0) } ?? false)
        }
    }
}

/// Pauses as people read them, and as JSON.
struct PausesView {
    let pauses: [Pause]

    /// A line for each.
    var text: String {
        guard !self.pauses.isEmpty else { return "Nothing is paused.\n" }
        var table = TextTable(columns: ["scope", "value", "since", "until", "by", "reason"])
        for pause in self.pauses {
            let (kind, value) = pause.scope.parts
            table.append(
                [
                    kind, value.isEmpty ? "-" : value.printable, pause.beganAt.description,
                    pause.endsAt?.description ?? "resumed", pause.author.printable,
                    pause.reason.isEmpty ? "-" : pause.reason.printable,
                ]
            )
        }
        return table.text(width: Terminal.width)
    }

    /// For scripts.
    var json: String { JSONObject(["pauses": .array(self.pauses.map { .pause($0) })]).line }
}
