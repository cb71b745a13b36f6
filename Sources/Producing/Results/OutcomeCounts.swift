import CustomerContract
import Topics

/// How many commands came to which end.
package struct OutcomeCounts: Sendable, Hashable {
    /// By outcome: `created`, `replayed`, `existing`, `updated`.
    package private(set) var created: [String: Int] = [:]
    /// By error code.
    package private(set) var failed: [String: Int] = [:]

    /// Nothing yet.
    package init() {}

    /// How many customers exist now.
    package var createdCount: Int { self.created.values.reduce(0, +) }

    /// How many commands failed.
    package var failedCount: Int { self.failed.values.reduce(0, +) }

    /// Every line of the table: the known outcomes always, then those that are new to us, then the codes that occurred.
    package var rows: [(name: String, isFailure: Bool, count: Int)] {
        let known = CreatedOutcome.allCases.map(\.rawValue)
        let others = self.created.keys.filter { !known.contains($0) }.sorted()
        return (known + others).map { ($0, false, self.created[$0] ?? 0) }
            + self.failed.sorted { $0.key < $1.key }.map { ($0.key, true, $0.value) }
    }

    mutating func take(_ event: ResultEvent) {
        if event.isCreated {
            self.created[event.code, default: 0] += 1
        } else {
            self.failed[event.code, default: 0] += 1
        }
    }
}
