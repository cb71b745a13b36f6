import CustomerContract
import Ledger

/// One store under measurement.
actor Subject {
    let count: Int
    private let ledger: any Ledger
    /// The time of each batch, by operation.
    private(set) var costs: [String: [Duration]] = [:]

    init(ledger: any Ledger, count: Int) {
        self.ledger = ledger
        self.count = count
    }

    /// What was measured until now was warming up.
    func forgetCosts() { self.costs = [:] }

    /// A batch of each operation, in the order in which a worker meets them.
    func turn(_ round: Int, _ size: Int, _ seed: UInt64) async throws {
        let fresh = try (0..<size).map { try Samples.entry(Samples.new(seed, round * size + $0), number: $0) }
        let absent = try await self.time("look up new ids", LedgerBatch(lookUps: fresh.map(\.externalID)))
        guard absent.found.allSatisfy({ $0 == nil }) else { throw Wrong("an id was not new") }
        let made = try await self.time("remember", LedgerBatch(entries: fresh))
        guard made.earlier.allSatisfy({ $0 == nil }) else { throw Wrong("an entry was not new") }
        let known = (0..<size).map { _ in ExternalID(Samples.known(Int.random(in: 0..<self.count))) }
        let found = try await self.time("look up known ids", LedgerBatch(lookUps: known))
        guard zip(known, found.found).allSatisfy({ $0 == $1?.externalID }) else { throw Wrong("an id is not known") }
    }

    private func time(_ operation: String, _ batch: LedgerBatch) async throws -> LedgerAnswers {
        let clock = ContinuousClock()
        let start = clock.now
        let answers = try await self.ledger.apply(batch)
        self.costs[operation, default: []].append(clock.now - start)
        return answers
    }
}

/// The store does not hold what the measurement rests on.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
