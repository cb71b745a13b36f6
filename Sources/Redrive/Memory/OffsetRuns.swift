/// A set of offsets as ascending runs that do not touch: small where neighbours are in it together.
struct OffsetRuns: Sendable, Hashable {
    private(set) var runs: [ClosedRange<Int64>]

    /// - Parameter runs: ascending and apart.
    init(_ runs: [ClosedRange<Int64>] = []) {
        self.runs = runs
    }

    var count: Int { self.runs.reduce(0) { $0 + $1.count } }

    func contains(_ offset: Int64) -> Bool {
        let index = self.firstIndex(endingAtOrAfter: offset)
        return index < self.runs.count && self.runs[index].lowerBound <= offset
    }

    mutating func insert(_ offset: Int64) {
        let index = self.firstIndex(endingAtOrAfter: offset)
        if index < self.runs.count, self.runs[index].lowerBound <= offset { return }
        let joinsLeft = index > 0 && self.runs[index - 1].upperBound + 1 == offset
        let joinsRight = index < self.runs.count && self.runs[index].lowerBound - 1 == offset
        switch (joinsLeft, joinsRight) {
        case (true, true):
            self.runs[index - 1] = self.runs[index - 1].lowerBound...self.runs[index].upperBound
            self.runs.remove(at: index)
        case (true, false): self.runs[index - 1] = self.runs[index - 1].lowerBound...offset
        case (false, true): self.runs[index] = offset...self.runs[index].upperBound
        case (false, false): self.runs.insert(offset...offset, at: index)
        }
    }

    /// The part that lies in a range.
    func runs(in range: Range<Int64>) -> [ClosedRange<Int64>] {
        var found: [ClosedRange<Int64>] = []
        var index = self.firstIndex(endingAtOrAfter: range.lowerBound)
        while index < self.runs.count, self.runs[index].lowerBound < range.upperBound {
            found.append(self.runs[index].clamped(to: range.lowerBound...(range.upperBound - 1)))
            index += 1
        }
        return found
    }

    /// By bisection.
    private func firstIndex(endingAtOrAfter offset: Int64) -> Int {
        var low = 0
        var high = self.runs.count
        while low < high {
            let middle = (low + high) / 2
            if self.runs[middle].upperBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
