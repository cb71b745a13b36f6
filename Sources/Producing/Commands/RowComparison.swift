import CustomerContract

/// Compares the rows of a file with each other by the worker's rule: one external_id, one payload.
///
/// The worker serves the first command of an external_id, answers an equal one `replayed`, and fails another one with
/// `idempotency_conflict`. Memory is bounded: 16 bytes of hashes and a line for each external_id, some 50 MB for the
/// million that are remembered. Rows whose external_id first appears later are not compared.
struct RowComparison {
    /// What a row says, as far as it is compared: 8 bytes of hash each.
    struct Subject: Sendable, Hashable {
        let externalID: UInt64
        let payload: UInt64
    }

    enum Verdict: Hashable {
        /// No row before it names this customer, or none that is remembered.
        case new
        case repeated
        /// A row before it, with this number, says something else of the same customer.
        case conflicting(with: Int)
    }

    private struct First {
        let payload: UInt64
        let number: UInt32
    }

    /// How many external_ids are remembered.
    static let maximumCount = 1_000_000

    private let limit: Int
    private var firsts: [UInt64: First] = [:]
    /// How many rows were not compared, since their external_id is not remembered.
    private(set) var uncomparedCount = 0

    init(limit: Int = Self.maximumCount) {
        self.limit = limit
    }

    mutating func compare(_ subject: Subject, number: Int) -> Verdict {
        if let first = self.firsts[subject.externalID] {
            return first.payload == subject.payload ? .repeated : .conflicting(with: Int(first.number))
        }
        if self.firsts.count < self.limit {
            self.firsts[subject.externalID] = First(payload: subject.payload, number: UInt32(clamping: number))
        } else {
            self.uncomparedCount += 1
        }
        return .new
    }
}

extension RowComparison.Subject {
    /// The subject of a command that the worker would take.
    init(_ command: CreateCustomerCommand) {
        self.externalID = CommandDigest(hashing: Array(command.externalID.text.utf8)).high
        self.payload = CommandDigest(command.fingerprint).high
    }
}
