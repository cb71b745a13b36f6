/// The commands of a file that can be sent, in batches bounded by number and bytes.
struct RowBatches {
    /// A command with its place.
    struct Entry: Sendable {
        let place: RowPlace
        let command: RowCommand
    }

    /// Bytes of one batch; a single command may have more.
    private static let maximumBytes = 4 << 20
    private static let maximumCount = 1_000
    /// With a rate, the number of batches a second, so that it holds within a second too.
    private static let batchesPerSecond = 10.0

    /// Rows that were left out.
    private(set) var badCount = 0
    private var comparison = RowComparison()
    private var rows: CommandRows
    private let rules: RowRules
    private let firstRow: Int
    private let limit: Int

    init(_ rows: CommandRows, _ request: ProduceRequest) {
        self.rows = rows
        self.rules = request.rules
        self.firstRow = request.firstRow
        let share = request.rate.map { Int(($0 / Self.batchesPerSecond).rounded(.up)) } ?? Self.maximumCount
        self.limit = min(max(share, 1), Self.maximumCount)
    }

    /// The next ones; none at the end.
    mutating func next() throws(InputFailure) -> [Entry] {
        var batch: [Entry] = []
        var bytes = 0
        while batch.count < self.limit, bytes < Self.maximumBytes, let row = try self.rows.next() {
            guard row.place.number >= self.firstRow else { continue }
            do throws(RowProblem) {
                let (command, _) = try self.rules.command(row, comparedBy: &self.comparison)
                bytes += command.value?.count ?? 0
                batch.append(Entry(place: row.place, command: command))
            } catch {
                self.badCount += 1
            }
        }
        return batch
    }
}
