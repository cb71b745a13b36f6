import Testing
import Topics

@testable import CommandWorker

/// ``DenseRuns`` and ``RiceCode``.
///
/// 1. What is written comes back.
/// 2. What it takes is no more than was told before, which grows with each of its numbers.
/// 3. Whatever is read, nothing traps.
@Suite struct DenseRunsTests {
    /// Sets of all shapes: gaps and lengths of one, of some, and now and then of very many.
    private static func progress(_ random: inout SplitMix64) -> OffsetProgress {
        let offset = Int64.random(in: 0...1 << 40, using: &random)
        let gaps: Int64 = [1, 1, 2, 30, 1 << 30].randomElement(using: &random) ?? 1
        let lengths: Int64 = [1, 5, 100, 5_000, 1 << 30].randomElement(using: &random) ?? 1
        let most: Int = [3, 300, 3_000].randomElement(using: &random) ?? 3
        var position = offset
        let runs = (0..<Int.random(in: 0...most, using: &random)).map { _ -> ClosedRange<Int64> in
            let isRare = Int.random(in: 0..<50, using: &random) == 0
            let start = position + Int64.random(in: 1...(isRare ? 1_000_000 : gaps), using: &random)
            let end = start + Int64.random(in: 1...(isRare ? 1_000_000 : lengths), using: &random) - 1
            position = end + 1
            return start...end
        }
        let fingerprint = Bool.random(using: &random) ? RecordFingerprint(value: 1 << 47 + 5) : nil
        return OffsetProgress(offset: offset, completed: CompletedOffsets(runs: runs), fingerprint: fingerprint)
    }

    private static func bits(_ progress: OffsetProgress) -> Int {
        DenseRuns.bits(
            runs: progress.completed.runs.count,
            covered: progress.completed.runs.reduce(0) { $0 + Int64($1.count) },
            span: (progress.completed.runs.last?.upperBound ?? progress.offset - 1) + 1 - progress.offset
        )
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `what is written within the bits that were told comes back whole`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let progress = Self.progress(&random)
        let text = DenseRuns.encode(progress, within: Self.bits(progress))
        #expect(DenseRuns.decode(text[...], at: progress.offset) == progress)
        // One bit, 48 of the fingerprint, 14 of the count, two exponents.
        let head = progress.fingerprint == nil ? 27 : 75
        #expect(text.count * 6 < head + Self.bits(progress) + 6)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `within fewer bits a beginning of the set comes back`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let progress = Self.progress(&random)
        let bits = Int.random(in: 0...max(0, Self.bits(progress)), using: &random)
        let text = DenseRuns.encode(progress, within: bits)
        let read = DenseRuns.decode(text[...], at: progress.offset)
        #expect(read?.completed.runs == Array(progress.completed.runs.prefix(read?.completed.runs.count ?? 0)))
        #expect(text.count * 6 < 75 + bits + 6)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `no exponent makes less of the bound, which grows with count and sum`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 1...20_000, using: &random)
            let sum = Int64.random(in: 0...1 << Int64.random(in: 0...62, using: &random), using: &random)
            let bits = RiceCode.bits(count: count, sum: sum)
            let least = (0...62).map { count * (1 + $0) + Int(clamping: sum >> Int64($0)) }.min()
            #expect(bits == least, "\(count) numbers of the sum \(sum)")
            #expect(RiceCode.bits(count: count + 1, sum: sum) >= bits)
            #expect(RiceCode.bits(count: count, sum: sum + 1) >= bits)
            // Two runs that touch are written as one.
            #expect(RiceCode.bits(count: count, sum: sum + 1) <= RiceCode.bits(count: count + 1, sum: sum))
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `random characters are survived`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for _ in 0..<50 {
            let count = Int.random(in: 0...400, using: &random)
            var text = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            if Int.random(in: 0...3, using: &random) == 0 {
                text += [UInt8](repeating: UInt8(ascii: "_"), count: 4_000)
            }
            let offset = Int64.random(in: .min ... .max, using: &random)
            guard let read = DenseRuns.decode(text[...], at: offset) else { continue }
            let runs = read.completed.runs
            #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
        }
    }

    @Test func `numbers that pass all bounds are survived`() {
        // No fingerprint, one run, the largest exponents, all ones.
        for head in ["AAG-_", "AAG--", "AAGAA", "AAH__"] {
            for count in [0, 1, 10, 21, 22, 4_000] {
                let text = Array(head.utf8) + [UInt8](repeating: UInt8(ascii: "_"), count: count)
                for offset in [Int64.min, -1, 0, .max] { _ = DenseRuns.decode(text[...], at: offset) }
            }
        }
        #expect(DenseRuns.decode([], at: 0) == nil)
    }

    @Test func `an unfinished record takes few bits, by how rare it is`() {
        var random = SplitMix64(seed: 7)
        for (oneIn, bits) in [(1_000, 13.1), (100, 9.6), (10, 5.7), (2, 2.2)] as [(Int64, Double)] {
            var runs: [ClosedRange<Int64>] = []
            var (unfinished, position) = (0.0, Int64(1))
            for offset in 1...oneIn * 4_000 where Int64.random(in: 1...oneIn, using: &random) == 1 {
                unfinished += 1
                if position < offset { runs.append(position...offset - 1) }
                position = offset + 1
            }
            let progress = OffsetProgress(offset: 0, completed: CompletedOffsets(runs: runs))
            #expect(Double(Self.bits(progress)) / unfinished < bits, "one in \(oneIn)")
        }
    }
}
