/// The completed set in few bits: gaps and lengths of its runs in Rice's code, each with the exponent that suits them.
///
/// A run between two single unfinished records takes about two bits more than its length has digits in base 2: with one
/// record in a hundred unfinished nine bits, with one in ten five.
package enum DenseRuns {
    /// Before the runs: whether there is a fingerprint, the fingerprint, how many runs, and two exponents.
    static let headBits = 1 + 48 + countBits + 6 + 6
    private static let countBits = 14
    /// Of a set that is spilled.
    private static let wideCountBits = 24
    private static let mostRuns = 1 << wideCountBits - 1

    /// The bits that runs take at most.
    ///
    /// - Parameters:
    ///   - runs: how many.
    ///   - covered: how many offsets are in them.
    ///   - span: how many offsets there are from the position to the last one in a run.
    package static func bits(runs: Int, covered: Int64, span: Int64) -> Int {
        guard runs > 0 else { return 0 }
        guard runs <= Self.mostRuns else { return .max }
        return RiceCode.bits(count: runs, sum: covered &- Int64(runs))
            + RiceCode.bits(count: runs, sum: (span &- covered) &- (Int64(runs) &- 1))
    }

    /// Writes a set; runs that would pass the bits are left out from the end.
    ///
    /// - Parameter isWide: whether there may be more runs than the metadata of an offset can hold.
    package static func encode(_ progress: OffsetProgress, within bits: Int, isWide: Bool = false) -> [UInt8] {
        let countBits = isWide ? Self.wideCountBits : Self.countBits
        let runs = progress.completed.runs.prefix(1 << countBits - 1)
        var covered: Int64 = 0
        for run in runs { covered &+= run.upperBound &- run.lowerBound &+ 1 }
        let gaps = (runs.last.map { $0.upperBound &+ 1 &- progress.offset } ?? 0) &- covered
        let count = runs.count
        let lengthExponent = RiceCode.exponent(count: count, sum: covered &- Int64(count))
        let gapExponent = RiceCode.exponent(count: count, sum: gaps &- Int64(max(count, 1) - 1))

        var writer = SixBitWriter()
        writer.append(progress.fingerprint == nil ? 0 : 1, bits: 1)
        if let fingerprint = progress.fingerprint { writer.append(fingerprint.value, bits: 48) }
        let fitting = Self.fitting(runs, from: progress.offset, gapExponent, lengthExponent, within: bits)
        writer.append(Int64(fitting), bits: countBits)
        writer.append(Int64(gapExponent), bits: 6)
        writer.append(Int64(lengthExponent), bits: 6)
        var position = progress.offset
        for run in runs.prefix(fitting) {
            writer.append(run.lowerBound - position, exponent: gapExponent)
            writer.append(run.upperBound - run.lowerBound, exponent: lengthExponent)
            // Runs do not touch: the next one starts behind an offset that is in none.
            position = run.upperBound &+ 2
        }
        writer.end()
        return writer.text
    }

    /// Reads a set; `nil` for whatever was not written by ``encode(_:within:isWide:)``.
    package static func decode(_ text: ArraySlice<UInt8>, at offset: Int64, isWide: Bool = false) -> OffsetProgress? {
        let countBits = isWide ? Self.wideCountBits : Self.countBits
        var reader = SixBitReader(text)
        guard let isFingerprinted = reader.read(bits: 1) else { return nil }
        var fingerprint: RecordFingerprint?
        if isFingerprinted == 1 {
            fingerprint = reader.read(bits: 48).flatMap(RecordFingerprint.init(value:))
            if fingerprint == nil { return nil }
        }
        guard let count = reader.read(bits: countBits), let gapExponent = reader.read(bits: 6),
            let lengthExponent = reader.read(bits: 6)
        else { return nil }
        var runs: [ClosedRange<Int64>] = []
        // Each takes two bits at least.
        runs.reserveCapacity(min(Int(count), text.count * 3))
        var position = offset
        for _ in 0..<count {
            guard let gap = reader.read(exponent: Int(gapExponent)),
                let length = reader.read(exponent: Int(lengthExponent))
            else { return nil }
            let (start, startOverflow) = position.addingReportingOverflow(gap)
            let (end, endOverflow) = start.addingReportingOverflow(length)
            guard !startOverflow, !endOverflow, end < .max - 1 else { return nil }
            runs.append(start...end)
            position = end + 2
        }
        guard reader.isAtEnd else { return nil }
        return OffsetProgress(offset: offset, completed: CompletedOffsets(runs: runs), fingerprint: fingerprint)
    }

    /// How many runs fit, from the first.
    private static func fitting(
        _ runs: ArraySlice<ClosedRange<Int64>>,
        from offset: Int64,
        _ gapExponent: Int,
        _ lengthExponent: Int,
        within bits: Int
    ) -> Int {
        var (position, taken, left) = (offset, 0, Int64(bits))
        for run in runs {
            left -= (run.lowerBound - position) >> Int64(gapExponent)
            left -= (run.upperBound - run.lowerBound) >> Int64(lengthExponent)
            left -= Int64(2 + gapExponent + lengthExponent)
            if left < 0 { break }
            taken += 1
            position = run.upperBound &+ 2
        }
        return taken
    }
}
