/// What may be committed of a partition.
struct OffsetProgress: Sendable, Hashable {
    /// The offset of the first unfinished record: everything below it has ended.
    let offset: Int64
    /// What has ended beyond it.
    let completed: CompletedOffsets
}
