/// What may be committed of a partition.
package struct OffsetProgress: Sendable, Hashable {
    /// The offset of the first unfinished record: everything below it has ended.
    package let offset: Int64
    /// What has ended beyond it.
    package let completed: CompletedOffsets

    /// Pairs a position with what is done beyond it.
    package init(offset: Int64, completed: CompletedOffsets) {
        self.offset = offset
        self.completed = completed
    }
}
