import Kafka
import Records
import Topics

/// One complete record of each log, read again at an interval to detect that the log was replaced.
///
/// librdkafka notices that a topic was deleted and created again only when the new log ends below its position. One
/// that has grown past it by then answers as the old one would, and its first records are never read.
///
/// Invariants:
/// 1. An anchor was read in the assignment that it is of. It is found elsewhere in no log but its own.
/// 2. It moves on only to a record that was complete before a look that found it in its place.
/// 3. What a look cannot tell, as of a record that was compacted away or deleted, is no sign of another log.
struct LogAnchors: Sendable {
    /// A known record and its offset.
    struct Anchor: Sendable, Equatable {
        let assignment: AssignmentID
        let offset: Int64
        let fingerprint: RecordFingerprint
    }

    /// Between two looks, each of which costs a connection and a fetch.
    static let interval: Duration = .seconds(15)
    /// Between two searches for partitions that have no anchor yet.
    private static let search: Duration = .seconds(1)

    private var anchors: [TopicPartition: Anchor] = [:]
    /// What the anchors become if they are found in their places.
    private var following: [TopicPartition: Anchor] = [:]
    private var searchDue: Duration = .zero
    private var lookDue = Self.interval
    private var isLooking = false

    /// The anchors that are to be looked at now; `nil` when it is not time.
    mutating func next(_ partitions: Partitions, at now: Duration) -> [TopicPartition: Anchor]? {
        guard now >= self.searchDue else { return nil }
        self.searchDue = now + Self.search
        self.anchors = self.anchors.filter { partitions.held[$0.key] == $0.value.assignment }
        for (partition, id) in partitions.held where self.anchors[partition] == nil {
            self.anchors[partition] = Self.lastComplete(of: id, partitions)
        }
        guard now >= self.lookDue, !self.isLooking else { return nil }
        self.lookDue = now + Self.interval
        guard !self.anchors.isEmpty else { return nil }
        self.isLooking = true
        self.following = partitions.held.compactMapValues { Self.lastComplete(of: $0, partitions) }
        return self.anchors
    }

    /// Takes what was found at the anchors, records by partition; the partitions whose log is another.
    mutating func looked(_ found: [TopicPartition: KafkaRecord], _ partitions: Partitions) -> [TopicPartition] {
        self.isLooking = false
        var replaced: [TopicPartition] = []
        for (partition, record) in found {
            guard let anchor = self.anchors[partition], partitions.held[partition] == anchor.assignment else {
                continue
            }
            if record.offset == anchor.offset, RecordFingerprint(record) != anchor.fingerprint {
                replaced.append(partition)
            } else if let following = self.following[partition], following.assignment == anchor.assignment {
                self.anchors[partition] = following
            }
        }
        return replaced.sorted()
    }

    private static func lastComplete(of id: AssignmentID, _ partitions: Partitions) -> Anchor? {
        guard let progress = partitions.assignments[id]?.tracker.position, let fingerprint = progress.fingerprint else {
            return nil
        }
        return Anchor(assignment: id, offset: progress.offset - 1, fingerprint: fingerprint)
    }
}
