/// The completed set, and the fingerprint of the last complete record, in the form of the metadata of a committed
/// offset.
///
/// `cw2.CHECKSUM.FINGERPRINT.RUNS`: RUNS are pairs of numbers in base 36, separated by `.`: how many offsets are left
/// out, how many follow that are complete, from the committed offset on. CHECKSUM is the FNV-1a hash (32 bits, base 36)
/// of the committed offset and what follows. FINGERPRINT belongs to the record before the committed offset, or to that
/// at it when there was none before; without one it is `cw1.CHECKSUM.RUNS`, or nothing at all when there are no runs
/// either.
///
/// A set that is too large for that is written as `cw3.`, six characters of the checksum, and ``DenseRuns`` (all of six
/// bits a character). The older form is written as long as it has room, since earlier versions of this program read
/// only that one: while a group has members of both, no partition that moves loses what is complete. A set that is too
/// large even so is spilled: see ``encode(_:limit:spillingTo:)``.
///
/// ASCII, because brokers treat metadata as a string. Metadata that is foreign, damaged or belongs to another offset
/// reads as nothing, and the reader must cope with that.
package enum OffsetMetadata {
    private static let prefix = "cw1."
    private static let fingerprintedPrefix = "cw2."
    private static let densePrefix = "cw3."
    /// Brokers refuse more (`offset.metadata.max.bytes`, 4,096 by default).
    package static let limit = 4_096

    /// The prefix and the checksum of the dense form.
    private static let denseHead = 4 + 6

    /// The bits that ``DenseRuns/bits(runs:covered:span:)`` may reach for a set that is to be written whole.
    package static func bits(within limit: Int) -> Int {
        max(0, (limit - Self.denseHead) * 6 - DenseRuns.headBits)
    }

    /// Encodes a completed set and its fingerprint.
    ///
    /// Runs that would pass the limit, in bytes, are left out from the end, which is safe; all of it is, when not even
    /// the fingerprint fits.
    package static func encode(_ progress: OffsetProgress, limit: Int = Self.limit) -> [UInt8] {
        guard !progress.completed.isEmpty || progress.fingerprint != nil else { return [] }
        if let plain = Self.plain(progress, limit: limit) { return plain }
        guard (limit - Self.denseHead) * 6 >= DenseRuns.headBits else { return [] }
        let body = DenseRuns.encode(progress, within: Self.bits(within: limit))
        return Self.sealed(Self.densePrefix, progress.offset, body)
    }

    /// The same; `nil` when a run would have to be left out.
    static func encodeWhole(_ progress: OffsetProgress, limit: Int) -> [UInt8]? {
        guard let last = progress.completed.runs.last else { return Self.encode(progress, limit: limit) }
        if let plain = Self.plain(progress, limit: limit) { return plain }
        let bits = DenseRuns.bits(
            runs: progress.completed.runs.count,
            covered: progress.completed.count,
            span: last.upperBound &+ 1 &- progress.offset
        )
        return bits <= Self.bits(within: limit) ? Self.encode(progress, limit: limit) : nil
    }

    /// Decodes the completed set beside `offset`; the empty set for anything that this worker did not write there.
    package static func decode(_ metadata: [UInt8], at offset: Int64) -> CompletedOffsets {
        Self.progress(metadata, at: offset).completed
    }

    /// Decodes all that is said beside `offset`; the offset alone for anything that this worker did not write there.
    package static func progress(_ metadata: [UInt8], at offset: Int64) -> OffsetProgress {
        Self.read(metadata, at: offset) ?? OffsetProgress(offset: offset, completed: CompletedOffsets())
    }

    /// Decodes all that is said beside `offset`; `nil` for anything that this worker did not write there.
    package static func read(_ metadata: [UInt8], at offset: Int64) -> OffsetProgress? {
        guard metadata.starts(with: Self.densePrefix.utf8) else { return Self.readPlain(metadata, at: offset) }
        return Self.opened(Self.densePrefix, offset, metadata).flatMap { DenseRuns.decode($0, at: offset) }
    }

    /// Puts a prefix and the checksum of the offset and a body before the body.
    static func sealed(_ prefix: String, _ offset: Int64, _ body: [UInt8]) -> [UInt8] {
        var sum = SixBitWriter()
        sum.append(Int64(Self.checksum(offset, body)), bits: 36)
        return Array(prefix.utf8) + sum.text + body
    }

    /// The body behind a prefix and its checksum; `nil` when there is another prefix, or another body's checksum.
    static func opened(_ prefix: String, _ offset: Int64, _ text: [UInt8]) -> ArraySlice<UInt8>? {
        guard text.starts(with: prefix.utf8) else { return nil }
        var head = SixBitReader(text.dropFirst(prefix.utf8.count).prefix(6))
        let body = text.dropFirst(Self.denseHead)
        guard let sum = head.read(bits: 36), sum == Int64(Self.checksum(offset, body)) else { return nil }
        return body
    }

    // MARK: The older form

    /// `nil` when it does not fit.
    private static func plain(_ progress: OffsetProgress, limit: Int) -> [UInt8]? {
        // Each run takes two digits and two separators at least.
        guard progress.completed.runs.count <= limit / 4 else { return nil }
        var body: [UInt8] = []
        if let fingerprint = progress.fingerprint { Self.append(fingerprint.value, to: &body) }
        var position = progress.offset
        for run in progress.completed.runs {
            if !body.isEmpty { body.append(UInt8(ascii: ".")) }
            Self.append(run.lowerBound - position, to: &body)
            body.append(UInt8(ascii: "."))
            Self.append(run.upperBound - run.lowerBound + 1, to: &body)
            if body.count > limit { return nil }
            position = run.upperBound + 1
        }
        var text = Array((progress.fingerprint == nil ? Self.prefix : Self.fingerprintedPrefix).utf8)
        Self.append(Int64(Self.checksum(progress.offset, body)), to: &text)
        guard text.count + 1 + body.count <= limit else { return nil }
        return text + [UInt8(ascii: ".")] + body
    }

    private static func readPlain(_ metadata: [UInt8], at offset: Int64) -> OffsetProgress? {
        let isFingerprinted = metadata.starts(with: Self.fingerprintedPrefix.utf8)
        guard isFingerprinted || metadata.starts(with: Self.prefix.utf8) else { return nil }
        let parts = metadata.dropFirst(Self.prefix.utf8.count).split(
            separator: UInt8(ascii: "."),
            omittingEmptySubsequences: false
        )
        guard let sum = parts.first.flatMap(Self.number), parts.count % 2 == (isFingerprinted ? 0 : 1) else {
            return nil
        }
        let body = Array(metadata.dropFirst(Self.prefix.utf8.count + (parts.first?.count ?? 0) + 1))
        guard sum == Int64(Self.checksum(offset, body)) else { return nil }

        var fingerprint: RecordFingerprint?
        if isFingerprinted {
            fingerprint = Self.number(parts[1]).flatMap(RecordFingerprint.init(value:))
            if fingerprint == nil { return nil }
        }
        var runs: [ClosedRange<Int64>] = []
        var position = offset
        for index in stride(from: isFingerprinted ? 2 : 1, to: parts.count - 1, by: 2) {
            guard let gap = Self.number(parts[index]), let length = Self.number(parts[index + 1]), length > 0,
                gap > 0 || runs.isEmpty
            else { return nil }
            let (start, startOverflow) = position.addingReportingOverflow(gap)
            let (end, endOverflow) = start.addingReportingOverflow(length - 1)
            guard !startOverflow, !endOverflow, end < .max else { return nil }
            runs.append(start...end)
            position = end + 1
        }
        return OffsetProgress(offset: offset, completed: CompletedOffsets(runs: runs), fingerprint: fingerprint)
    }

    /// Appends the digits in base 36.
    private static func append(_ number: Int64, to text: inout [UInt8]) {
        let start = text.count
        var rest = number.magnitude
        repeat {
            let digit = UInt8(rest % 36)
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            rest /= 36
        } while rest > 0
        if number < 0 { text.append(UInt8(ascii: "-")) }
        text[start...].reverse()
    }

    private static func number(_ text: some Collection<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count <= 13, text.first != UInt8(ascii: "-"), text.first != UInt8(ascii: "+") else {
            return nil
        }
        return Int64(String(decoding: text, as: UTF8.self), radix: 36)
    }

    static func checksum(_ offset: Int64, _ body: some Sequence<UInt8>) -> UInt32 {
        var digits: [UInt8] = []
        Self.append(offset, to: &digits)
        var hash: UInt32 = 2_166_136_261
        for byte in digits { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        for byte in body { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash
    }
}
