import ArgumentParser
// Nothing of it is called: importing it is what links the code that runs before main().
import CStartup
import Operations

/// `customer-worker`: the root of the command line.
@main
struct CustomerWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer-worker",
        abstract: "Creates customers from Kafka commands, each external_id once, and answers every command.",
        discussion: "Exit codes:\n\(ExitStatus.table)",
        version: BuildInfo.version,
        subcommands: [
            RunCommand.self, DemoCommand.self, TryCommand.self, CheckCommand.self, StatusCommand.self, WhyCommand.self,
            ReloadCommand.self, PauseCommand.self, ResumeCommand.self,
            TopicsCommand.self, ProduceCommand.self, ResultsCommand.self, DLQCommand.self, ExplainCommand.self,
            LedgerCommand.self, ConfigCommand.self, ConsoleCommand.self, SimulateFlexpriceCommand.self,
        ]
    )

    /// Runs the command that the arguments name.
    ///
    /// What it throws becomes a sentence and an exit code here, for all commands alike.
    static func main() async {
        if let misspelt = MisspeltCommand.first(in: Array(CommandLine.arguments.dropFirst()), of: Self.self) {
            Self.exit(withError: ExitStatus.usage.exit(misspelt.sentence))
        }
        var command: any ParsableCommand
        do {
            command = try Self.parseAsRoot()
        } catch {
            // The argument parser reports itself.
            Self.exit(withError: error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try StandardOutput.checkPrinted()
        } catch {
            // What was printed before the failure; that it cannot be written is told besides.
            do throws(StandardOutput.Failure) {
                try StandardOutput.checkPrinted()
            } catch let unwritten {
                if !(error is StandardOutput.Failure) { _ = ExitCode(reporting: unwritten) }
            }
            Self.exit(withError: ExitCode(reporting: error) ?? error)
        }
    }
}
