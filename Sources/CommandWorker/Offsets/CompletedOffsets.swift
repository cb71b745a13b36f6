/// Offsets beyond the committed one whose commands have ended, as ascending runs that do not touch.
struct CompletedOffsets: Sendable, Hashable {
    let runs: [ClosedRange<Int64>]

    /// - Parameter runs: ascending and apart.
    init(runs: [ClosedRange<Int64>] = []) {
        self.runs = runs
    }

    var isEmpty: Bool { self.runs.isEmpty }
}
