import ArgumentParser
import Glibc
import Operations
import Records
import Settings

extension ConfigCommand {
    /// `config init`.
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

        @Argument(help: ArgumentHelp("local, flexprice or machines.", valueName: "situation"))
        var situation = StarterConfiguration.Situation.local

        @Option(
            help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"),
            completion: .file(extensions: ["yaml"])
        )
        var output = "customer-worker.yaml"

        func run() async throws {
            let text = StarterConfiguration(for: self.situation).text
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

extension StarterConfiguration.Situation: ExpressibleByArgument {}
