import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct LetterSetTests {
    private static let topic = Letters.topic

    /// What a later process reads of what an earlier one wrote.
    private static func reread(_ sentBack: LetterSet) -> LetterSet {
        var read = LetterSet()
        for (_, page) in sentBack.allPages(of: self.topic) {
            for offset in page { read.read(offset) }
        }
        return read
    }

    @Test(arguments: [0, 1, 7, 35, 1_000_000_007, 1 << 40] as [Int64], [1, 2, 3] as [Int64])
    func `whatever pattern was sent, a page fits its metadata whole`(_ first: Int64, _ step: Int64) {
        var sentBack = LetterSet()
        for offset in stride(from: first, to: first + 3 * LetterSet.pageSize, by: Int64.Stride(step)) {
            sentBack.insert(0, offset)
        }
        let pages = sentBack.allPages(of: Self.topic).values.flatMap { $0 }
        #expect(pages.allSatisfy { $0.metadata.count <= OffsetMetadata.limit })
        #expect(Self.reread(sentBack) == sentBack)
    }

    @Test(arguments: 1...50)
    func `random sets come back, over pages and partitions`(_ seed: Int) {
        var random = SeededRandom(seed)
        var sentBack = LetterSet()
        for _ in 0..<3_000 {
            sentBack.insert(.random(in: 0...5, using: &random), .random(in: 0...9_000, using: &random))
        }
        #expect(Self.reread(sentBack) == sentBack, "seed \(seed)")
    }

    @Test func `only the pages that are touched are written, and whole`() {
        var sentBack = LetterSet()
        for offset in [0, 5, 1_999, 2_000, 4_500] as [Int64] { sentBack.insert(0, offset) }
        sentBack.insert(1, 3)
        let pages = sentBack.pages(holding: [(partition: 0, offset: 5)], of: Self.topic)
        #expect(pages.keys.sorted() == [0])
        #expect(pages[0]?.count == 1)
        var read = LetterSet()
        for page in pages[0] ?? [] { read.read(page) }
        #expect(read.contains(0, 0) && read.contains(0, 5) && read.contains(0, 1_999))
        #expect(!read.contains(0, 2_000) && !read.contains(1, 3))
    }

    @Test func `pages are asked for only where there are records`() {
        let pages = LetterSet.pageNumbers(of: [
            TopicPartition(topic: Self.topic, partition: 0): 0..<2_000,
            TopicPartition(topic: Self.topic, partition: 1): 1_999..<2_001,
            TopicPartition(topic: Self.topic, partition: 2): 5..<5,
        ])
        #expect(pages.map(\.page) == [0, 1])
        #expect(pages.map { $0.1.map(\.partition) } == [[0, 1], [1]])
    }

    @Test(.timeLimit(.minutes(1)))
    func `what a page says beyond itself says nothing, however much it is`() {
        let runs: [ClosedRange<Int64>] = [2_001...2_002, 3_999...1 << 61, 1 << 62...(1 << 62) + 5]
        let progress = OffsetProgress(offset: 2_000, completed: CompletedOffsets(runs: runs))
        let partition = TopicPartition(topic: Self.topic, partition: 0)
        var read = LetterSet()
        read.read(PartitionOffset(partition, offset: 2_000, metadata: OffsetMetadata.encode(progress)))
        #expect(read.count == 3)
        #expect(read.contains(0, 2_001) && read.contains(0, 3_999) && !read.contains(0, 4_000))
    }

    @Test func `foreign metadata says nothing`() {
        var sentBack = LetterSet()
        let partition = TopicPartition(topic: Self.topic, partition: 0)
        sentBack.read(PartitionOffset(partition, offset: 0, metadata: Array("somebody else".utf8)))
        sentBack.read(PartitionOffset(partition, offset: nil))
        #expect(sentBack == LetterSet())
    }
}
