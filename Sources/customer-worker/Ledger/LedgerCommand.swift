import ArgumentParser
import CustomerContract
import JSON
import Ledger
import Operations
import Records
import Redrive
import Settings
import Topics

/// `ledger`: the memory of successes.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Look into the memory of successes, look after it, or let it forget a customer.",
        subcommands: [Get.self, Stats.self, Forget.self, Verify.self, Backup.self, Migrate.self]
    )

    /// What a ledger remembers of a customer, or the end of the command when it is nothing.
    fileprivate static func entry(for id: ExternalID, in ledger: any Ledger) async throws -> LedgerEntry {
        if let entry = try await ledger.entry(for: id) { return entry }
        throw ExitStatus.nothingMatched.exit("nothing is remembered of \(id.text)")
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what is remembered of a customer.",
            discussion: Examples.of("ledger get")
        )

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The external_id.")
        var externalID: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let ledger = try await WorkerAssembly.existingLedger(try self.options.load().settings.store)
            let entry = try await LedgerCommand.entry(for: ExternalID(self.externalID), in: ledger)
            print(self.json ? entry.object.line : entry.text, terminator: "")
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count what is remembered.",
            discussion: Examples.of("ledger stats")
        )

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let url = try self.options.load().settings.store
            let table = try await LedgerStats(of: WorkerAssembly.existingLedger(url), at: url).table
            print(self.json ? table.json : table.text(width: Terminal.width), terminator: "")
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget one customer, so that its next command runs again; asks first, and is audited.",
            discussion: """
                The customer itself stays where it is: with backend flexprice the next command finds it there \
                («existing»), or conflicts with it; with backend local the next command makes it anew.
                """ + Examples.below("ledger forget")
        )

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The external_id.")
        var externalID: String

        @OptionGroup var audit: AuditLogOption

        @Flag(help: "Do not ask.")
        var yes = false

        func run() async throws {
            let settings = try self.options.cluster()
            let ledger = try await WorkerAssembly.existingLedger(settings.settings.store)
            let id = ExternalID(self.externalID)
            let entry = try await LedgerCommand.entry(for: id, in: ledger)
            StandardError.write(entry.text)
            try Terminal.confirm("Forget this?", isAnswered: self.yes)
            // Before it is done: what cannot be audited is not done.
            let audit = try LineFile(path: self.audit.path(settings))
            var line = AuditEntry("ledger.forget", by: .current(), at: .now())
            line["external_id"] = .string(id.text)
            line["command_id"] = .string(entry.commandID.text)
            line["fingerprint"] = .string(entry.fingerprint.description)
            try audit.append([line.encoded])
            let wasThere = try await ledger.forget(id)
            var done = AuditEntry("ledger.forgot", by: .current(), at: .now())
            done["external_id"] = .string(id.text)
            done["was_there"] = .bool(wasThere)
            try audit.append([done.encoded])
            StandardError.write("Forgotten: \(self.externalID). Its next command runs again.")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every entry and check that it can be understood; of SQLite every page and index too.",
            discussion: """
                Ends with 1 if anything is damaged. The checksum is over all entries in the order of their external \
                ids: two stores with the same one remember the same. Workers may go on meanwhile; \
                the checksum then is of no single moment.
                """ + Examples.below("ledger verify")
        )

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let url = try self.options.load().settings.store
            let ledger = try await WorkerAssembly.existingLedger(url)
            var checksum = LedgerChecksum()
            var damage = try await ledger.damage()
            do throws(LedgerError) {
                var pages = LedgerPages(of: ledger)
                while true {
                    let page = try await pages.next()
                    if page.isEmpty { break }
                    for entry in page { checksum.add(entry) }
                }
            } catch {
                guard error.reason == .corrupt else { throw error }
                damage.append(error.message)
            }
            for line in damage { StandardError.write("customer-worker: \(line)") }
            var table = TextTable(
                columns: ["store", "customers", "checksum", "damage"],
                numbers: ["customers", "damage"]
            )
            table.append([
                url.description, "\(checksum.count)", damage.isEmpty ? checksum.description : "-",
                damage.isEmpty ? "none" : "\(damage.count)",
            ])
            print(self.json ? table.json : table.text(width: Terminal.width), terminator: "")
            guard damage.isEmpty else {
                throw ExitStatus.failure.exit(
                    "the store is damaged; stop every worker and restore a copy (customer-worker ledger backup --help)"
                )
            }
        }
    }

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
