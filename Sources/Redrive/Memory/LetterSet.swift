package import Kafka
import Records
import Topics

/// A set of dead letters of one topic that an operator did something with, ever (as far as the topic keeps them).
///
/// A dead letter stays in its topic when it is sent back or dismissed, since a log cannot be edited. So that is
/// remembered beside it: as committed offsets of consumer groups, in the same transaction that carries the records.
/// Each group holds one page of every partition, ``pageSize`` offsets long, as the completed set in the offset's
/// metadata.
///
/// Invariants:
/// 1. A page always fits its metadata, whatever pattern it has: the worst is every other offset, which takes four bytes
///    for two (``OffsetMetadata``), so 2,000 offsets take at most 4,000 of 4,096 bytes less 12 for the head.
/// 2. A page is written whole; what was in it before stays in it unless it is removed. So a writer must know the page,
///    and is alone (it has the transactional id of the topic).
package struct LetterSet: Sendable, Hashable {
    /// Offsets in a page.
    static let pageSize: Int64 = 2_000

    private var partitions: [Int32: RangeSet<Int64>] = [:]

    package init() {}

    package func contains(_ partition: Int32, _ offset: Int64) -> Bool {
        self.partitions[partition]?.contains(offset) ?? false
    }

    package mutating func insert(_ partition: Int32, _ offset: Int64) { self.insert(partition, offset...offset) }

    package mutating func insert(_ partition: Int32, _ offsets: ClosedRange<Int64>) {
        self.partitions[partition, default: RangeSet()].insert(contentsOf: Range(offsets))
    }

    mutating func formUnion(_ other: LetterSet) {
        for (partition, set) in other.partitions { self.partitions[partition, default: RangeSet()].formUnion(set) }
    }

    mutating func subtract(_ other: LetterSet) {
        for (partition, set) in other.partitions { self.partitions[partition]?.subtract(set) }
        self.partitions = self.partitions.filter { !$0.value.isEmpty }
    }

    /// The lowest and the highest offset of each partition.
    var extents: [Int32: ClosedRange<Int64>] {
        self.partitions.compactMapValues { set in
            guard let first = set.ranges.first, let last = set.ranges.last else { return nil }
            return first.lowerBound...last.upperBound - 1
        }
    }

    /// Its runs of offsets by partition, ascending.
    package var runs: [(partition: Int32, offsets: ClosedRange<Int64>)] {
        self.partitions.sorted { $0.key < $1.key }.flatMap { partition, set in
            set.ranges.map { (partition, $0.lowerBound...$0.upperBound - 1) }
        }
    }

    package var count: Int { self.partitions.values.reduce(0) { $1.ranges.reduce($0) { $0 + $1.count } } }

    /// The pages that hold these dead letters, as they must be committed, by page.
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

    /// Every page, so that a job renews what is remembered: brokers forget offsets that are not committed for a week
    /// (`offsets.retention.minutes`).
    package func allPages(of topic: String) -> [Int64: [PartitionOffset]] {
        self.pages(touchedBy: self, of: topic)
    }

    /// The pages that hold anything of another set, as they must be committed, by page.
    func pages(touchedBy other: LetterSet, of topic: String) -> [Int64: [PartitionOffset]] {
        let places = other.partitions.flatMap { partition, set in
            set.ranges.flatMap { range in
                stride(from: range.lowerBound / Self.pageSize, through: (range.upperBound - 1) / Self.pageSize, by: 1)
                    .map { (partition: partition, offset: $0 * Self.pageSize) }
            }
        }
        return self.pages(holding: places, of: topic)
    }

    private func page(_ page: Int64, of partition: TopicPartition) -> PartitionOffset {
        let start = page * Self.pageSize
        let held = self.partitions[partition.partition]?.intersection(RangeSet(start..<start + Self.pageSize))
        let runs = held?.ranges.map { $0.lowerBound...$0.upperBound - 1 } ?? []
        let progress = OffsetProgress(offset: start, completed: CompletedOffsets(runs: runs))
        return PartitionOffset(partition, offset: start, metadata: OffsetMetadata.encode(progress))
    }

    /// Adds a page as it was committed; one that is foreign or damaged adds nothing.
    ///
    /// What a run has beyond the page is ignored: anybody can commit one that is as long as a log can be.
    package mutating func read(_ page: PartitionOffset) {
        guard let start = page.offset else { return }
        let end = start.boundedSum(Self.pageSize)
        for run in OffsetMetadata.decode(page.metadata, at: start).runs where start < end {
            let (first, last) = (max(run.lowerBound, start), min(run.upperBound, end - 1))
            if first <= last { self.insert(page.topicPartition.partition, first...last) }
        }
    }

    /// The pages that can hold anything of these partitions, ascending, with their partitions.
    static func pageNumbers(of ranges: [TopicPartition: Range<Int64>]) -> [(page: Int64, [TopicPartition])] {
        var pages: [Int64: [TopicPartition]] = [:]
        for (partition, range) in ranges where !range.isEmpty {
            for page in range.lowerBound / Self.pageSize...(range.upperBound - 1) / Self.pageSize {
                pages[page, default: []].append(partition)
            }
        }
        return pages.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }
}

extension LetterSet: CustomStringConvertible {
    /// Its number of offsets, and its runs as far as a sentence has room: `12 letters: 0/5-9, 3/7, …`.
    package var description: String {
        let runs = self.runs
        let named = runs.prefix(8).map { Self.text($0.partition, $0.offsets) }
        let count = self.count
        return "\(count) letter\(count == 1 ? "" : "s"): "
            + (named + (runs.count > 8 ? ["…"] : [])).joined(separator: ", ")
    }

    /// A run as ``insert(parsing:)`` reads it.
    package static func text(_ partition: Int32, _ offsets: ClosedRange<Int64>) -> String {
        "\(partition)/\(offsets.lowerBound)" + (offsets.count > 1 ? "-\(offsets.upperBound)" : "")
    }

    /// Puts in what `PARTITION/OFFSET` or `PARTITION/FIRST-LAST` names.
    ///
    /// - Returns: Whether the text has one of these forms.
    package mutating func insert(parsing text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int32(parts[0]), partition >= 0,
            let offsets = Self.offsets(parsing: String(parts[1]))
        else { return false }
        self.insert(partition, offsets)
        return true
    }

    /// Reads `N` or `FIRST-LAST`; `nil` for anything else.
    package static func offsets(parsing text: String) -> ClosedRange<Int64>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard let first = parts.first ?? nil, first >= 0, first < .max, parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return first...first }
        guard let last = parts[1], last >= first, last < .max else { return nil }
        return first...last
    }
}
