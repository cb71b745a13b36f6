package import Records

/// What may be committed of a partition.
package struct OffsetProgress: Sendable, Hashable {
    /// The offset of the first unfinished record: everything below it has ended.
    package let offset: Int64
    /// What has ended beyond it.
    package let completed: CompletedOffsets
    /// Of the last record before `offset`, or of that at it when there is none before: it tells the log that all of
    /// this concerns; `nil` when it is not known.
    package let fingerprint: RecordFingerprint?

    package init(offset: Int64, completed: CompletedOffsets, fingerprint: RecordFingerprint? = nil) {
        self.offset = offset
        self.completed = completed
        self.fingerprint = fingerprint
    }
}

/// Offsets beyond the committed one whose records are done, as ascending runs that do not touch.
package struct CompletedOffsets: Sendable, Hashable {
    /// Ascending and apart.
    package let runs: [ClosedRange<Int64>]

    /// - Parameter runs: ascending and apart.
    package init(runs: [ClosedRange<Int64>] = []) {
        self.runs = runs
    }

    package var count: Int64 { self.runs.reduce(0) { $0 &+ ($1.upperBound &- $1.lowerBound &+ 1) } }

    package var isEmpty: Bool { self.runs.isEmpty }
}

/// What tells a record from the one that another log has at the same offset: its timestamp, key and size, as a hash of
/// 48 bits.
///
/// A topic that was deleted and made again has its offsets once more, and records of another time at them.
package struct RecordFingerprint: Sendable, Hashable {
    /// The hash, from 0 to 2^48 - 1.
    package let value: Int64

    /// A fingerprint that was written down; `nil` when none has this value.
    package init?(value: Int64) {
        guard (0..<1 << 48).contains(value) else { return nil }
        self.value = value
    }

    /// The fingerprint of a record; of a long key the first 256 bytes count.
    package init(_ record: KafkaRecord) {
        var hash: UInt64 = 14_695_981_039_346_656_037
        func mix(_ number: Int64) {
            var rest = UInt64(bitPattern: number)
            for _ in 0..<8 {
                hash = (hash ^ (rest & 0xFF)) &* 1_099_511_628_211
                rest >>= 8
            }
        }
        mix(record.timestamp?.value ?? -1)
        mix(Int64(record.keyBytes?.count ?? -1))
        mix(Int64(record.valueBytes?.count ?? -1))
        for byte in record.keyBytes?.prefix(256) ?? [] { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        self.value = Int64(hash >> 16)
    }
}
