package import Records

/// A set of complete offsets that has no room in the metadata of its partition's committed offset.
///
/// It is kept before an offset is committed whose metadata names its place, so whoever takes the partition next finds
/// it. A set that is named no more does no harm: nothing believes one that its metadata does not name with a checksum.
package struct SpilledSet: Sendable, Hashable {
    /// Where a set is kept.
    package struct Place: Sendable, Hashable {
        /// The consumer group whose offset names it.
        package let group: String
        /// The partition that it is about.
        package let topicPartition: TopicPartition
        /// Which assignment wrote it: a number drawn at random.
        package let writer: Int64
        /// Which of the writer's sets.
        package let slot: Int

        /// Names a place.
        package init(group: String, topicPartition: TopicPartition, writer: Int64, slot: Int) {
            self.group = group
            self.topicPartition = topicPartition
            self.writer = writer
            self.slot = slot
        }
    }

    /// Sets of other writers of the same partition are forgotten when they are this old, in milliseconds: a day.
    ///
    /// The one that the assignment began with excepted, however old, since the group's offset may name it still.
    static let lifetime: Int64 = 86_400_000

    /// Where it is kept.
    package let place: Place
    /// The set, as the worker writes it; at most a megabyte.
    package let text: [UInt8]
    /// The writer of the set that the assignment began with; `nil` when it began with none.
    package let origin: Int64?
    /// When it was kept.
    package let keptAt: UnixMilliseconds

    /// Gathers a set.
    package init(place: Place, text: [UInt8], origin: Int64?, keptAt: UnixMilliseconds) {
        self.place = place
        self.text = text
        self.origin = origin
        self.keptAt = keptAt
    }
}
