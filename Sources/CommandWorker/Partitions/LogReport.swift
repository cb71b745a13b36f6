import Records

/// What is found out about a partition's log, to be told to people.
enum LogReport: Sendable, Hashable {
    /// The log began again below what was read or committed (`known`); it is read from `now` on.
    case beganAnew(TopicPartition, known: Int64?, now: Int64?)
    /// Records between these offsets are gone from the log unread, at most `count`: some offsets may never have had
    /// one.
    case skipped(TopicPartition, Range<Int64>, count: Int)
    /// The metadata of the committed offset was not written by this program, or is damaged.
    case unreadableMetadata(TopicPartition, at: Int64)
    /// The brokers accept less offset metadata than the default; the payload is the new limit in bytes.
    case metadataLimited(bytes: Int)
}
