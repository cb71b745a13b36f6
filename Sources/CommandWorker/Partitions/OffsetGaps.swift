/// Offsets of a partition that were jumped over, until it is known whether records were there.
///
/// Most gaps never held a record that readers get: transaction markers, aborted records, what compaction took. Those
/// that retention or an operator deleted lie below the log's start by then, which the client learns some seconds later
/// (every ten of them, librdkafka asks for it). A gap that the start does not reach within ``lifetime`` looks is one of
/// the first kind.
struct OffsetGaps: Sendable {
    private struct Gap: Sendable {
        let offsets: Range<Int64>
        /// How many of these a former instance completed.
        let completed: Int64
        var looks = 0
    }

    /// Looks for which a gap is kept; one comes with each statistics of the client, every five seconds.
    static let lifetime = 5
    /// Gaps that are kept; when there are more, the smallest is forgotten.
    static let most = 64

    private var gaps: [Gap] = []

    mutating func note(_ offsets: Range<Int64>, completed: Int64) {
        if self.gaps.count == Self.most {
            let smallest = self.gaps.indices.min { self.gaps[$0].offsets.count < self.gaps[$1].offsets.count }
            if let smallest { self.gaps.remove(at: smallest) }
        }
        self.gaps.append(Gap(offsets: offsets, completed: completed))
    }

    /// The offsets deleted unread, now that the log is known to start at `start`; the counts are upper bounds.
    mutating func lost(below start: Int64) -> [(offsets: Range<Int64>, count: Int)] {
        if self.gaps.isEmpty { return [] }
        var lost: [(Range<Int64>, Int)] = []
        for gap in self.gaps where gap.offsets.lowerBound < start {
            let offsets = gap.offsets.clamped(to: gap.offsets.lowerBound..<start)
            let count = Int64(offsets.count) - gap.completed
            if count > 0 { lost.append((offsets, Int(count))) }
        }
        self.gaps.removeAll { $0.offsets.lowerBound < start || $0.looks + 1 >= Self.lifetime }
        for index in self.gaps.indices { self.gaps[index].looks += 1 }
        return lost
    }
}
