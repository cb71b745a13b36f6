import ArgumentParser
import CustomerContract
import Ledger
import Operations
import Settings

extension LedgerCommand {
    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy everything that is remembered from one store into another, and compare them.",
            discussion: """
                Stop the workers of the old store first. It may be cut off at any moment and begun again: \
                what is there already is left and not copied twice. At the end both are read once more, \
                from the beginning: the new store must have every entry of the old one, in every field. \
                Ends with 1 if it does not, and then names external ids. The old store is left as it is.
                """ + Examples.below("ledger migrate")
        )

        @OptionGroup var options: SettingsOptions

        @Option(help: .value("url", "The old store, such as sqlite:/var/lib/customer-worker/customers.sqlite."))
        var from: String

        @Option(help: .value("url", "The new one, without a password in it; store.url without this option."))
        var to: String?

        func run() async throws {
            let source = try Self.url(self.from, "--from")
            let target = try self.to.map { try Self.url($0, "--to") } ?? self.options.load().settings.store
            guard source != target else {
                throw ExitStatus.usage.exit("\(source) is the old store and the new one")
            }
            let old = try await WorkerAssembly.existingLedger(source)
            let new = try await WorkerAssembly.openLedger(target)
            try await Self.move(LedgerMove(from: old, to: new), "\(source) to \(target)")
        }

        private static func move(_ move: LedgerMove, _ what: String) async throws {
            var told = 0
            func tell(_ count: Int, _ text: @autoclosure () -> String) {
                guard count / Self.tellEvery > told else { return }
                told = count / Self.tellEvery
                StandardError.write(text())
            }
            let progress = try await move.copy { progress in
                let (seen, copied) = (NumberText.count(progress.seen), NumberText.count(progress.copied))
                tell(progress.seen, "\(seen) read, \(copied) copied")
            }
            print(
                "\(what): \(NumberText.count(progress.seen)) read, \(NumberText.count(progress.copied)) copied, "
                    + "\(NumberText.count(progress.seen - progress.copied)) were there"
            )
            told = 0
            let found = try await move.compare { tell($0, "\(NumberText.count($0)) compared") }
            print("old  \(NumberText.count(found.source.count)) entries  \(found.source)")
            print("new  \(NumberText.count(found.target.count)) entries  \(found.target)")
            if found.others > 0 {
                print("new  \(NumberText.count(found.others)) entries besides, which the old store does not have")
            }
            guard found.isComplete else {
                throw ExitStatus.failure.exit(
                    """
                    \(found.missing) entries are missing in the new store, \(found.different) differ: \
                    \(found.examples.map(\.text).joined(separator: ", ")). Missing ones came while it was copied: \
                    stop the workers and run this again. Different ones were created through both stores: \
                    compare them by `ledger get`, and `ledger forget` the wrong one.
                    """
                )
            }
            print("verified: the new store has every entry of the old one")
        }

        /// The number of entries for each line of progress.
        private static let tellEvery = 100_000

        private static func url(_ text: String, _ option: String) throws -> StoreURL {
            guard let url = StoreURL(parsing: text) else {
                throw ExitStatus.usage.exit("\(option) is not sqlite:PATH or postgres://…")
            }
            guard !url.holdsPassword else {
                // Not shown again, though every user of the machine may have read it already.
                throw ExitStatus.usage.exit(
                    "\(option) has a password in it, which every user of this machine can read while this runs; use "
                        + "PGPASSWORD, passfile=, or store.url"
                )
            }
            return url
        }
    }
}
