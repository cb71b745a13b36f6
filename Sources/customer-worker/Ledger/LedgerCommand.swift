import ArgumentParser
import CustomerContract
import Foundation
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
        StandardError.write("customer-worker: nothing is remembered of \(id.text)")
        throw ExitStatus.nothingMatched.exit
    }

    /// `ledger get`.
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

    /// `ledger stats`.
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

    /// `ledger forget`.
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

        @Option(
            help: ArgumentHelp("The audit log; audit.jsonl beside the store without it.", valueName: "file"),
            completion: .file()
        )
        var auditLog: String?

        @Flag(help: "Do not ask.")
        var yes = false

        func run() async throws {
            let settings = try ClusterSettings(self.options.load().settings)
            let ledger = try await WorkerAssembly.existingLedger(settings.settings.store)
            let id = ExternalID(self.externalID)
            let entry = try await LedgerCommand.entry(for: id, in: ledger)
            StandardError.write(entry.text)
            try Terminal.confirm("Forget this?", isAnswered: self.yes)
            // Before it is done: what cannot be audited is not done.
            let audit = try LineFile(path: self.auditLog ?? settings.auditPath)
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
}
