/// Offsets beyond the committed one whose records are done, as ascending runs that do not touch.
package struct CompletedOffsets: Sendable, Hashable {
    /// Ascending and apart.
    package let runs: [ClosedRange<Int64>]

    /// - Parameter runs: ascending and apart.
    package init(runs: [ClosedRange<Int64>] = []) {
        self.runs = runs
    }

    /// How many there are.
    package var count: Int64 { self.runs.reduce(0) { $0 &+ ($1.upperBound &- $1.lowerBound &+ 1) } }

    /// Whether there is none.
    package var isEmpty: Bool { self.runs.isEmpty }
}
