/// The completed set, and the fingerprint of the last complete record, as they stand in the metadata of a committed
/// offset.
///
/// `cw2.CHECKSUM.FINGERPRINT.RUNS`: RUNS are pairs of numbers in base 36, separated by `.`: how many offsets are left
/// out, how many follow that are complete, from the committed offset on. CHECKSUM is the FNV-1a hash (32 bits, base 36)
/// of the committed offset and what follows. FINGERPRINT belongs to the record before the committed offset; without one
/// it is `cw1.CHECKSUM.RUNS`, or nothing at all when there are no runs either. ASCII, because brokers treat metadata as
/// a string. Metadata that is foreign, damaged or belongs to another offset reads as nothing, and whoever reads it must
/// be able to live with that.
package enum OffsetMetadata {
    private static let prefix = "cw1."
    private static let fingerprintedPrefix = "cw2."
    /// Brokers refuse more (`offset.metadata.max.bytes`, 4,096 by default).
    package static let limit = 4_096

    /// Encodes a completed set and its fingerprint; runs that would pass ``limit`` are left out from the end, which is
    /// safe.
    package static func encode(_ progress: OffsetProgress) -> [UInt8] {
        guard !progress.completed.isEmpty || progress.fingerprint != nil else { return [] }
        var body = progress.fingerprint.map { Self.digits($0.value) } ?? []
        var position = progress.offset
        for run in progress.completed.runs {
            let gap = Self.digits(run.lowerBound - position)
            let length = Self.digits(run.upperBound - run.lowerBound + 1)
            let separators = body.isEmpty ? 1 : 2
            guard body.count + gap.count + length.count + separators + Self.headroom <= Self.limit else { break }
            if !body.isEmpty { body.append(UInt8(ascii: ".")) }
            body += gap
            body.append(UInt8(ascii: "."))
            body += length
            position = run.upperBound + 1
        }
        let prefix = progress.fingerprint == nil ? Self.prefix : Self.fingerprintedPrefix
        let sum = Self.digits(Int64(Self.checksum(progress.offset, body)))
        return Array(prefix.utf8) + sum + [UInt8(ascii: ".")] + body
    }

    /// Decodes the completed set beside `offset`; the empty set for anything that this worker did not write there.
    package static func decode(_ metadata: [UInt8], at offset: Int64) -> CompletedOffsets {
        Self.progress(metadata, at: offset).completed
    }

    /// Decodes all that is said beside `offset`; the offset alone for anything that this worker did not write there.
    package static func progress(_ metadata: [UInt8], at offset: Int64) -> OffsetProgress {
        let nothing = OffsetProgress(offset: offset, completed: CompletedOffsets())
        let isFingerprinted = metadata.starts(with: Self.fingerprintedPrefix.utf8)
        guard isFingerprinted || metadata.starts(with: Self.prefix.utf8) else { return nothing }
        let parts = metadata.dropFirst(Self.prefix.utf8.count).split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard let sum = parts.first.flatMap(Self.number), parts.count % 2 == (isFingerprinted ? 0 : 1) else {
            return nothing
        }
        let body = Array(metadata.dropFirst(Self.prefix.utf8.count + (parts.first?.count ?? 0) + 1))
        guard sum == Int64(Self.checksum(offset, body)) else { return nothing }

        var fingerprint: RecordFingerprint?
        if isFingerprinted {
            fingerprint = Self.number(parts[1]).flatMap(RecordFingerprint.init(value:))
            if fingerprint == nil { return nothing }
        }
        var runs: [ClosedRange<Int64>] = []
        var position = offset
        for index in stride(from: isFingerprinted ? 2 : 1, to: parts.count - 1, by: 2) {
            guard let gap = Self.number(parts[index]), let length = Self.number(parts[index + 1]), length > 0
            else { return nothing }
            let (start, startOverflow) = position.addingReportingOverflow(gap)
            let (end, endOverflow) = start.addingReportingOverflow(length - 1)
            guard !startOverflow, !endOverflow, end < .max else { return nothing }
            runs.append(start...end)
            position = end + 1
        }
        return OffsetProgress(offset: offset, completed: CompletedOffsets(runs: runs), fingerprint: fingerprint)
    }

    /// The prefix, the checksum (at most 7 digits) and its separator.
    private static let headroom = 4 + 7 + 1

    private static func digits(_ number: Int64) -> [UInt8] { Array(String(number, radix: 36).utf8) }

    private static func number(_ text: some Collection<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count <= 13, text.first != UInt8(ascii: "-"), text.first != UInt8(ascii: "+") else {
            return nil
        }
        return Int64(String(decoding: text, as: UTF8.self), radix: 36)
    }

    private static func checksum(_ offset: Int64, _ body: [UInt8]) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for byte in Self.digits(offset) + body { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash
    }
}
