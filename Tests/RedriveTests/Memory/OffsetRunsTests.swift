import Testing

@testable import Redrive

@Suite struct OffsetRunsTests {
    @Test(arguments: 1...100)
    func `it holds what was put in, in runs that are apart`(_ seed: Int) {
        var random = SeededRandom(seed)
        var runs = OffsetRuns()
        var model: Set<Int64> = []
        for _ in 0..<300 {
            let offset = Int64.random(in: 0...400, using: &random)
            runs.insert(offset)
            model.insert(offset)
        }
        #expect(Set(runs.runs.flatMap { Array($0) }) == model, "seed \(seed)")
        #expect(runs.count == model.count, "seed \(seed)")
        #expect(zip(runs.runs, runs.runs.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }, "seed \(seed)")
        let contained = (0...400).allSatisfy { runs.contains($0) == model.contains($0) }
        #expect(contained, "seed \(seed)")
        let part = runs.runs(in: 100..<200)
        #expect(Set(part.flatMap { Array($0) }) == model.filter { (100..<200).contains($0) }, "seed \(seed)")
    }

    @Test func `the empty set has nothing in any range`() {
        #expect(OffsetRuns().runs(in: 0..<10).isEmpty)
        #expect(OffsetRuns([5...6]).runs(in: 7..<10).isEmpty)
        #expect(OffsetRuns([5...16]).runs(in: 7..<10) == [7...9])
    }
}

/// A generator whose whole state is its seed (SplitMix64), so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) {
        self.state = UInt64(bitPattern: Int64(seed))
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
