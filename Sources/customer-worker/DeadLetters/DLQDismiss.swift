import ArgumentParser
import Operations
import Redrive

/// What `dlq dismiss` and `dlq restore` have in common.
struct DismissalOptions: ParsableArguments {
    @OptionGroup var options: SettingsOptions
    @OptionGroup var selecting: SelectionOptions

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var audit: AuditLogOption

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print the plan or the outcome as JSON.")
    var json = false

    /// Plans, asks and performs.
    func run(_ action: Dismissal.Action, reason: String?) async throws {
        let settings = try self.options.cluster()
        let form = try self.selecting.form()
        let dismissal = try Dismissal(
            action,
            topic: self.selecting.topic.name(settings),
            selection: try form.selection(),
            reason: reason,
            words: form.words,
            auditPath: self.audit.path(settings),
            settings.client
        )
        let plan = try await dismissal.plan()
        let text = plan.text(dismissal)
        if self.dryRun {
            if self.json {
                print(plan.json(dismissal).line, terminator: "")
            } else {
                Terminal.print(text + "Nothing was done: this was a dry run.\n")
            }
            if plan.matched == 0 { throw ExitStatus.nothingMatched.exit }
            return
        }
        StandardError.write(text)
        if plan.matched == 0 { throw ExitStatus.nothingMatched.exit }
        try Terminal.confirm(action.question(plan.matched), isAnswered: self.yes)
        let done = try await dismissal.run(plan)
        StandardError.write(action.outcome(done))
        if self.json { print(plan.json(dismissal, done: done).line, terminator: "") }
    }
}

extension DLQCommand {
    struct Dismiss: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take dead letters that need no sending back out of those that wait.",
            discussion: """
                They stay in their topic, «--state dismissed» shows them, and «dlq restore» undoes it. \
                Exit codes: 0; 3 nothing matched; 1 a redrive is running.
                """ + Examples.below("dlq dismiss")
        )

        @OptionGroup var dismissal: DismissalOptions

        @Option(help: .value("text", "Why, for the audit log."))
        var reason: String

        func validate() throws {
            guard !self.reason.isEmpty, self.reason.utf8.count <= 1_024 else {
                throw ValidationError("--reason: expected 1 to 1024 bytes")
            }
        }

        func run() async throws {
            try await self.dismissal.run(.dismiss, reason: self.reason)
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let dismissed dead letters wait again.",
            discussion: "Exit codes: 0; 3 nothing matched; 1 a redrive is running." + Examples.below("dlq restore")
        )

        @OptionGroup var dismissal: DismissalOptions

        @Option(help: .value("text", "Why, for the audit log."))
        var reason: String?

        func run() async throws {
            try await self.dismissal.run(.restore, reason: self.reason)
        }
    }
}
