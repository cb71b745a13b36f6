/// Where a completed set is kept that has no room beside its offset.
///
/// A writer has two slots and writes into them by turns: what the last committed offset points to is never overwritten.
package struct SpillPlace: Sendable, Hashable {
    /// Drawn at random for each assignment, from 0 to 2^62 - 1.
    package let writer: Int64
    package let slot: Int

    /// Names a place; `writer` loses its two highest bits, `slot` all but its lowest.
    package init(writer: Int64, slot: Int = 0) {
        self.writer = writer & (1 << 62 - 1)
        self.slot = slot & 1
    }

    package var other: SpillPlace { SpillPlace(writer: self.writer, slot: self.slot ^ 1) }
}

/// Sets that have no room beside their offset: the metadata names the place of a text, and the text has the set.
///
/// The metadata is `cw4.`, six characters of a checksum, and 24 of the fingerprint, the place and the text's checksum.
/// So a text that another offset, another writer or an earlier batch left there is not taken for the set. The text is
/// `cws.`, six characters of the checksum, and ``DenseRuns`` with more runs than metadata ever has. Versions that know
/// neither read nothing.
extension OffsetMetadata {
    private static let pointerPrefix = "cw4."
    private static let textPrefix = "cws."
    /// The bytes that metadata takes which names a place.
    package static let pointerBytes = 4 + 6 + 24
    /// The bytes of a text, at most.
    private static let textLimit = 1 << 20

    /// The bits that ``DenseRuns/bits(runs:covered:span:)`` may reach for a set that is spilled.
    package static var spilledBits: Int { Self.bits(within: Self.textLimit) }

    /// Encodes a completed set and its fingerprint, beside the offset if it fits there, else for `place`.
    ///
    /// - Parameters:
    ///   - limit: bytes of metadata; a set that is spilled takes ``pointerBytes``.
    ///   - place: `nil` when there is none; then runs that would pass the limit are left out from the end.
    /// - Returns: the metadata, and the text to be kept at `place` before the offset is committed; `nil` for none.
    package static func encode(
        _ progress: OffsetProgress,
        limit: Int,
        spillingTo place: SpillPlace?
    ) -> (metadata: [UInt8], spilled: [UInt8]?) {
        let whole = Self.encodeWhole(progress, limit: limit)
        guard whole == nil, let place, limit >= Self.pointerBytes else {
            return (whole ?? Self.encode(progress, limit: limit), nil)
        }
        let body = DenseRuns.encode(progress, within: Self.spilledBits, isWide: true)
        let text = Self.sealed(Self.textPrefix, progress.offset, body)
        var pointer = SixBitWriter()
        pointer.append(progress.fingerprint == nil ? 0 : 1, bits: 1)
        pointer.append(progress.fingerprint?.value ?? 0, bits: 48)
        pointer.append(place.writer, bits: 62)
        pointer.append(Int64(place.slot), bits: 1)
        pointer.append(Int64(Self.checksum(progress.offset, text)), bits: 32)
        return (Self.sealed(Self.pointerPrefix, progress.offset, pointer.text), text)
    }

    /// The place that metadata names; `nil` when the set is in the metadata itself, or cannot be read.
    package static func place(_ metadata: [UInt8], at offset: Int64) -> SpillPlace? {
        Self.pointer(metadata, at: offset)?.place
    }

    /// Decodes all that is said beside `offset`, with what was kept at the place that it names.
    ///
    /// - Returns: `nil` for anything that this worker did not write there, and when `text` is not what was kept.
    package static func read(_ metadata: [UInt8], at offset: Int64, spilled text: [UInt8]?) -> OffsetProgress? {
        guard let pointer = Self.pointer(metadata, at: offset) else { return Self.read(metadata, at: offset) }
        guard let text, pointer.sum == Self.checksum(offset, text),
            let body = Self.opened(Self.textPrefix, offset, text)
        else { return nil }
        return DenseRuns.decode(body, at: offset, isWide: true)
    }

    /// The fingerprint that metadata has itself, although its set is elsewhere.
    package static func fingerprint(_ metadata: [UInt8], at offset: Int64) -> RecordFingerprint? {
        Self.pointer(metadata, at: offset)?.fingerprint ?? Self.read(metadata, at: offset)?.fingerprint
    }

    private struct Pointer {
        let fingerprint: RecordFingerprint?
        let place: SpillPlace
        let sum: UInt32
    }

    private static func pointer(_ metadata: [UInt8], at offset: Int64) -> Pointer? {
        guard let body = Self.opened(Self.pointerPrefix, offset, metadata) else { return nil }
        var reader = SixBitReader(body)
        guard let isFingerprinted = reader.read(bits: 1), let fingerprint = reader.read(bits: 48),
            let writer = reader.read(bits: 62), let slot = reader.read(bits: 1), let sum = reader.read(bits: 32),
            reader.isAtEnd
        else { return nil }
        return Pointer(
            fingerprint: isFingerprinted == 1 ? RecordFingerprint(value: fingerprint) : nil,
            place: SpillPlace(writer: writer, slot: Int(slot)),
            sum: UInt32(truncatingIfNeeded: sum)
        )
    }
}
