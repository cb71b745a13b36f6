package import Kafka
package import Records
import Topics

/// Which dead letters of a topic have been sent back, by any job, ever (as far as the topic keeps them).
///
/// A dead letter stays where it is when it is sent back, since a log cannot be edited. So that is remembered beside it:
/// as committed offsets of consumer groups, in the same transaction that carries the records. Each group holds one page
/// of every partition, ``pageSize`` offsets long, as the completed set in the offset's metadata.
///
/// Invariants:
/// 1. A page always fits its metadata, whatever pattern was sent: the worst is every other offset, which takes four
///    bytes for two (``OffsetMetadata``), so 2,000 offsets take at most 4,000 of 4,096 bytes less 12 for the head.
/// 2. A page is written whole; what was in it before stays in it. So a writer must know the page, and is alone (the
///    transactional id of the topic is his).
package struct SentBack: Sendable, Hashable {
    /// Offsets in a page.
    package static let pageSize: Int64 = 2_000

    private var partitions: [Int32: OffsetRuns] = [:]

    /// Nothing has been sent back.
    package init() {}

    /// Whether this dead letter has been sent back.
    package func contains(_ partition: Int32, _ offset: Int64) -> Bool {
        self.partitions[partition]?.contains(offset) ?? false
    }

    /// Remembers one.
    package mutating func insert(_ partition: Int32, _ offset: Int64) {
        self.partitions[partition, default: OffsetRuns()].insert(offset)
    }

    /// How many are remembered.
    package var count: Int { self.partitions.values.reduce(0) { $0 + $1.count } }

    /// The pages in which these dead letters stand, as they are to be committed, by page.
    package func pages(
        holding letters: some Sequence<(partition: Int32, offset: Int64)>,
        of topic: String
    ) -> [Int64: [PartitionOffset]] {
        var wanted: [Int64: Set<Int32>] = [:]
        for letter in letters { wanted[letter.offset / Self.pageSize, default: []].insert(letter.partition) }
        return Dictionary(
            uniqueKeysWithValues: wanted.map { page, partitions in
                (page, partitions.sorted().map { self.page(page, of: TopicPartition(topic: topic, partition: $0)) })
            }
        )
    }

    /// Every page, so that a job renews what is remembered: brokers forget offsets that nobody commits for a week
    /// (`offsets.retention.minutes`).
    package func allPages(of topic: String) -> [Int64: [PartitionOffset]] {
        let places = self.partitions.flatMap { partition, runs in
            runs.runs.flatMap { run in
                stride(from: run.lowerBound / Self.pageSize, through: run.upperBound / Self.pageSize, by: 1).map {
                    (partition: partition, offset: $0 * Self.pageSize)
                }
            }
        }
        return self.pages(holding: places, of: topic)
    }

    private func page(_ page: Int64, of partition: TopicPartition) -> PartitionOffset {
        let start = page * Self.pageSize
        let runs = self.partitions[partition.partition]?.runs(in: start..<start + Self.pageSize) ?? []
        let progress = OffsetProgress(offset: start, completed: CompletedOffsets(runs: runs))
        return PartitionOffset(partition, offset: start, metadata: OffsetMetadata.encode(progress))
    }

    /// Takes in a page as it was committed; one that is foreign or damaged says nothing.
    ///
    /// What a run has beyond the page says nothing either: anybody can commit one that is as long as a log can be.
    package mutating func read(_ page: PartitionOffset) {
        guard let start = page.offset else { return }
        let whole = start...start.boundedSum(Self.pageSize - 1)
        for run in OffsetMetadata.decode(page.metadata, at: start).runs where run.overlaps(whole) {
            for offset in run.clamped(to: whole) { self.insert(page.topicPartition.partition, offset) }
        }
    }

    /// The pages that can hold anything of these partitions, ascending, and whose they are.
    package static func pageNumbers(of ranges: [TopicPartition: Range<Int64>]) -> [(page: Int64, [TopicPartition])] {
        var pages: [Int64: [TopicPartition]] = [:]
        for (partition, range) in ranges where !range.isEmpty {
            for page in range.lowerBound / Self.pageSize...(range.upperBound - 1) / Self.pageSize {
                pages[page, default: []].append(partition)
            }
        }
        return pages.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }
}
