/// What may be committed of a partition.
package struct OffsetProgress: Sendable, Hashable {
    /// The offset of the first unfinished record: everything below it has ended.
    package let offset: Int64
    /// What has ended beyond it.
    package let completed: CompletedOffsets
    /// Of the last record before `offset`, or of that at it when there is none before: it tells the log that all of
    /// this concerns; `nil` when it is not known.
    package let fingerprint: RecordFingerprint?

    /// Pairs a position with what is done beyond it.
    package init(offset: Int64, completed: CompletedOffsets, fingerprint: RecordFingerprint? = nil) {
        self.offset = offset
        self.completed = completed
        self.fingerprint = fingerprint
    }
}
