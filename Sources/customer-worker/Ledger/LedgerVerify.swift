import ArgumentParser
import Ledger
import Operations
import Settings

extension LedgerCommand {
    /// `ledger verify`.
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
}
