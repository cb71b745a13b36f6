import ArgumentParser
import Glibc
import Operations
import Records
import Settings
import WorkerLogging

/// `config`: what concerns the settings as such.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at the settings, or begin with a file of them.",
        subcommands: [Show.self, Init.self]
    )

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
            let table = Self.table(loaded.report)
            print(self.json ? loaded.report.json + "\n" : table.text(width: Terminal.width), terminator: "")
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

extension ConfigCommand {
    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Write a configuration file to begin with, with a comment for each setting.",
            discussion: """
                local: one machine, customers in the worker's own ledger. flexprice: one machine, customers in \
                Flexprice. machines: several machines with a common PostgreSQL, customers in Flexprice. A file that \
                exists is left as it is. Exit codes: 0; 77 the file exists or cannot be written.
                """ + Examples.below("config init")
        )

        @Argument(help: .value("situation", "local, flexprice or machines."))
        var situation = StarterConfiguration.local

        @Option(
            help: .value("file", "The file to write; - is standard output."),
            completion: .file(extensions: ["yaml"])
        )
        var output = "customer-worker.yaml"

        func run() async throws {
            let text = self.situation.text
            guard self.output != "-" else { return try StandardOutput.write(text) }
            let descriptor = open(self.output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                let reason =
                    errno == EEXIST
                    ? "exists and is left as it is; name another file with --output"
                    : "cannot be written: \(SystemReason.last)"
                throw ExitStatus.notPermitted.exit("\(self.output) \(reason)")
            }
            defer { close(descriptor) }
            do throws(StandardOutput.Failure) {
                try StandardOutput.write(Array(text.utf8), to: descriptor)
            } catch {
                unlink(self.output)
                let reason = SystemReason.text(of: error.code)
                throw ExitStatus.notPermitted.exit("\(self.output) cannot be written: \(reason)")
            }
            print(
                """
                \(self.output) is written. Set kafka.brokers in it\(self.toSet), then:
                  customer-worker topics create --config \(self.output)
                  customer-worker check --config \(self.output)
                  customer-worker run --config \(self.output)
                """
            )
        }

        private var toSet: String {
            switch self.situation {
            case .local: " and store.url"
            case .flexprice: ", api.host and store.url, and provide the key"
            case .machines: ", api.host and store.url, and provide the key and the password"
            }
        }
    }
}

extension StarterConfiguration: ExpressibleByArgument {}
