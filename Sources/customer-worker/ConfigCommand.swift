import ArgumentParser
import Operations
import Settings
import WorkerLogging

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
            print(
                self.json ? loaded.report.json + "\n" : Self.table(loaded.report).text(width: Terminal.width),
                terminator: ""
            )
            for problem in loaded.keyProblems {
                StandardError.write("customer-worker: warning (only `run` and `check` need the key): \(problem)")
            }
            for warning in loaded.warnings { StandardError.write("customer-worker: warning: \(warning)") }
        }

        private static func table(_ report: ConfigurationReport) -> TextTable {
            // Without a terminal one long list must not push the origins of all others out of sight.
            var table = TextTable(columns: ["key", "value", "origin"], longestCell: .max, alignedCell: 56)
            for row in report.rows {
                table.append([row.key, row.value.map { LogEscaping.escaped($0) } ?? "-", row.origin.description])
            }
            return table
        }
    }
}
