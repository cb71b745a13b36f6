import ArgumentParser
import CustomerContract
import Ledger
import Operations
import Settings

/// Measures two stores of one kind against each other, batch by batch in turn, so that whatever else the machine does
/// meets both.
///
/// `Tests/Benchmarks/ledger_scale.py` makes the stores and judges the figures.
@main
struct LedgerScale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(subcommands: [Prepare.self, Measure.self])

    /// Opens a store and puts one entry into it, from which the others are made.
    struct Prepare: AsyncParsableCommand {
        @Argument var store: String

        func run() async throws {
            let entry = try Samples.entry("template", number: 0)
            _ = try await LedgerScale.open(self.store).apply(LedgerBatch(entries: [entry]))
        }
    }

    /// Prints, for each store and operation, what an entry costs.
    struct Measure: AsyncParsableCommand {
        @Option var store: [String] = []
        @Option(help: "How many entries each has, under Samples.known(0) and so on.") var count: [Int] = []
        @Option var rounds = 100
        @Option var batch = 500
        @Option(help: "Makes the new ids new.") var seed: UInt64

        func run() async throws {
            guard self.store.count == self.count.count else { throw ValidationError("a count for each store") }
            var subjects: [Subject] = []
            for index in self.store.indices { subjects.append(try await self.subject(index)) }
            // The first rounds, which fill caches, are not counted.
            let unmeasured = max(self.rounds / 10, 1)
            try await self.turn(subjects, from: 0, to: unmeasured)
            for subject in subjects { await subject.forgetCosts() }
            try await self.turn(subjects, from: unmeasured, to: unmeasured + self.rounds)
            for subject in subjects { await self.report(subject) }
        }

        // These stay functions of their own: the optimizer of Swift 6.3 crashes when it makes one of them.
        @inline(never) private func subject(_ index: Int) async throws -> Subject {
            let ledger = try await LedgerScale.open(self.store[index])
            return Subject(ledger: ledger, count: self.count[index])
        }

        @inline(never) private func turn(_ subjects: [Subject], from first: Int, to end: Int) async throws {
            for round in first..<end {
                // Whoever is first in a round is last in the next one.
                let order = round % 2 == 0 ? subjects : subjects.reversed()
                for subject in order { try await subject.turn(round, self.batch, self.seed) }
            }
        }

        @inline(never) private func report(_ subject: Subject) async {
            let costs = await subject.costs
            for operation in costs.keys.sorted() {
                print(Report(subject.count, operation, costs[operation, default: []], batch: self.batch).json)
            }
        }
    }

    static func open(_ text: String) async throws -> any Ledger {
        guard let url = StoreURL(parsing: text) else { throw ValidationError("not a store: \(text)") }
        return try await WorkerAssembly.openLedger(url)
    }
}
