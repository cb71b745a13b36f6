import ArgumentParser
import CommandWorker
import Operations
import Redrive
import Settings

extension DLQCommand {
    struct Redrive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send dead letters back to where they came from, each at most once.",
            discussion: """
                The same command run again resumes where it stopped, however it stopped. Exit codes: 0 all sent, \
                3 nothing matched, 4 some were left or failed again, 130 cancelled.
                """ + Examples.below("dlq redrive")
        )

        @OptionGroup var options: SettingsOptions
        @OptionGroup var selecting: SelectionOptions
        @OptionGroup var editing: EditOptions

        @Option(help: .value("topic", "Send all of them to this topic."), completion: Offered.commandTopic)
        var to: String?

        @Flag(help: "Say what would be done, and do nothing.")
        var dryRun = false

        @Option(help: .value("n", "Records a second; 0 for no bound."))
        var rate = 100.0

        @Option(help: .value("n", "Send this many first, and the rest only if all of them succeed."))
        var canary = 0

        @Option(help: .value("duration", "How long the results of the first ones may take."))
        var canaryTimeout = "60s"

        @Option(help: .value("n", "Stop once this many could not be sent or failed again."))
        var maxFailures: Int?

        @Option(help: .value("n", "Leave what has been sent back so often."))
        var maxLaps = ReturnRoute.usualLaps

        @Flag(help: "Send what breaks the rules for commands too, though it is certain to fail again.")
        var force = false

        @Flag(help: "Begin although another job was abandoned, or end one that is running.")
        var takeOver = false

        @OptionGroup var audit: AuditLogOption

        @Option(help: .value("topic", "Audit entries go to this topic too."))
        var auditTopic: String?

        @Flag(help: "Do not ask.")
        var yes = false

        @Flag(help: "Print the plan or the outcome as JSON.")
        var json = false

        func validate() throws {
            guard self.rate >= 0, self.rate <= 1_000_000 else { throw ValidationError("--rate: expected 0 to 1000000") }
            guard (0...100).contains(self.canary) else { throw ValidationError("--canary: expected 0 to 100") }
            guard self.maxLaps >= 1 else { throw ValidationError("--max-laps: expected 1 or more") }
            if let maxFailures, maxFailures < 1 { throw ValidationError("--max-failures: expected 1 or more") }
            try validating("--canary-timeout") { _ = try SpanText.parse(self.canaryTimeout) }
        }

        func run() async throws {
            let settings = try self.options.cluster()
            let request = try self.request(settings)
            let operation = try RedriveOperation(request, settings.client)
            let plan = try await operation.plan()
            let text = plan.text(request)
            if self.dryRun {
                if self.json {
                    print(plan.json(request), terminator: "")
                } else {
                    Terminal.print(text + "Nothing was done: this was a dry run.\n")
                }
                if plan.matched == 0 { throw ExitStatus.nothingMatched.exit }
                return
            }
            StandardError.write(text)
            if plan.resumed == nil, plan.sendable == 0 { throw ExitCode(plan.matched == 0 ? 3 : 4) }
            try Terminal.confirm("Send \(NumberText.count(plan.sendable, "dead letter")) back?", isAnswered: self.yes)
            let (ending, progress) = try await self.run(operation, plan)
            if self.json { print(progress.json(ending), terminator: "") }
            StandardError.write(progress.text(ending))
            let status = progress.status(ending)
            if status != .success { throw status.exit }
        }

        /// Runs it until its end or a signal; a second signal loses and doubles nothing either.
        private func run(
            _ operation: RedriveOperation,
            _ plan: RedrivePlan
        ) async throws -> (ending: RedriveJob.Ending, progress: RedriveProgress) {
            let display = ProgressDisplay()
            defer { display.finish() }
            do {
                return try await cancelledBySignals {
                    try await operation.run(plan) { display.show($0.news) }
                }
            } catch is CancellationError {
                StandardError.write("Cancelled before anything was sent back.")
                throw ExitStatus.cancelled.exit
            }
        }

        private func request(_ settings: ClusterSettings) throws -> RedriveRequest {
            let changes = try self.editing.changes()
            var job = JobWords()
            job.selection = try self.selecting.form()
            job.edits = changes.words
            job.destination = self.to
            job.isForced = self.force
            var request = RedriveRequest(
                topic: self.selecting.topic.name(settings),
                selection: try job.selection.selection(),
                words: job.words,
                rules: settings.rules,
                resultTopic: settings.settings.worker.resultTopic,
                originalsPath: self.editing.originals ?? settings.originalsPath,
                auditPath: self.audit.path(settings)
            )
            request.destination = self.to
            request.edits = changes.edits
            request.maximumLaps = self.maxLaps
            request.isForced = self.force
            request.takesOver = self.takeOver
            request.auditTopic = self.auditTopic
            request.settings.rate = self.rate == 0 ? nil : self.rate
            request.settings.canary = self.canary
            request.settings.canaryTimeout = try SpanText.parse(self.canaryTimeout)
            request.settings.maximumFailures = self.maxFailures
            return request
        }
    }
}
