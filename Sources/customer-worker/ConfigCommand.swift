import ArgumentParser
import Operations
import Settings

/// `config`: what concerns the settings as such.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at the settings, or begin with a file of them.",
        subcommands: [Show.self, Init.self]
    )

    /// `config show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print every setting as it would be used, with the place that it comes from; secrets are masked.",
            discussion: Examples.of("config show")
        )

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let loaded = try self.options.load()
            print(self.json ? loaded.report.json + "\n" : loaded.report.table, terminator: "")
            for problem in loaded.keyProblems {
                StandardError.write("customer-worker: warning (only `run` and `check` need the key): \(problem)")
            }
            for warning in loaded.warnings { StandardError.write("customer-worker: warning: \(warning)") }
        }
    }
}
