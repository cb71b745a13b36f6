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
        version: BuildInfo.version,
        subcommands: [
            RunCommand.self, DemoCommand.self, TryCommand.self, CheckCommand.self, StatusCommand.self, WhyCommand.self,
            ReloadCommand.self, PauseCommand.self, ResumeCommand.self,
            TopicsCommand.self, ProduceCommand.self, ResultsCommand.self, DLQCommand.self, ExplainCommand.self,
            LedgerCommand.self, ConfigCommand.self, SimulateFlexpriceCommand.self,
        ]
    )

    /// Runs the command that the arguments name.
    ///
    /// What it throws becomes a sentence and an exit code here, for all commands alike.
    static func main() async {
        do {
            var command = try Self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Self.exit(withError: ExitCode(reporting: error) ?? error)
        }
    }
}
