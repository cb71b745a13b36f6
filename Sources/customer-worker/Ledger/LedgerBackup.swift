import ArgumentParser
import Ledger
import Operations
import Settings

extension LedgerCommand {
    /// `ledger backup`.
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the SQLite file, while workers go on.",
            discussion: """
                The copy is the store as it was at one moment, checked, and needs no -wal beside it. To restore it, \
                stop every worker, move the store away together with its -wal and -shm, and put the copy in its place. \
                For a PostgreSQL use its own means: pg_dump, pg_basebackup.
                """ + Examples.below("ledger backup")
        )

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The file to make.", completion: .file())
        var file: String

        func run() async throws {
            let url = try self.options.load().settings.store
            guard case .sqlite(let path) = url else {
                throw ExitStatus.usage.exit(
                    """
                    \(url) is a PostgreSQL: back it up by its own means, such as
                      pg_dump --format=custom --table='customer_worker_*' --file=\(self.file) DATABASE
                    """
                )
            }
            _ = try await WorkerAssembly.existingLedger(url)
            try await SQLiteLedger(path: path).backUp(to: self.file)
            let count = try await SQLiteLedger(path: self.file).count()
            print("\(self.file): \(NumberText.count(count)) customers")
        }
    }
}
