import ArgumentParser
import Foundation
import Glibc
import Operations
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
                """
        )

        @Argument(help: ArgumentHelp("local, flexprice or machines.", valueName: "situation"))
        var situation = StarterConfiguration.Situation.local

        @Option(help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"))
        var output = "customer-worker.yaml"

        func run() async throws {
            let text = Data(StarterConfiguration(for: self.situation).text.utf8)
            guard self.output != "-" else { return try FileHandle.standardOutput.write(contentsOf: text) }
            let descriptor = open(self.output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                let reason =
                    errno == EEXIST
                    ? "exists and is left as it is; name another file with --output"
                    : "cannot be written: \(String(cString: strerror(errno)))"
                throw ExitStatus.notPermitted.exit("\(self.output) \(reason)")
            }
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: text)
            try file.close()
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
