import Testing

@testable import CommandWorker

/// ``OffsetGaps``.
@Suite struct OffsetGapsTests {
    @Test func `a gap below the log's start is lost as far as the start reaches, once`() {
        var gaps = OffsetGaps()
        gaps.note(10..<20, completed: 0)
        gaps.note(30..<31, completed: 0)
        let first = gaps.lost(below: 10)
        #expect(first.isEmpty)
        let lost = gaps.lost(below: 15)
        #expect(lost.map(\.offsets) == [10..<15])
        #expect(lost.map(\.count) == [5])
        let again = gaps.lost(below: 16)
        #expect(again.isEmpty)
    }

    @Test func `what a former instance completed is not lost`() {
        var gaps = OffsetGaps()
        gaps.note(10..<20, completed: 7)
        gaps.note(20..<22, completed: 2)
        let lost = gaps.lost(below: 100)
        #expect(lost.map(\.count) == [3])
    }

    @Test func `a gap that the start does not reach for long held nothing`() {
        var gaps = OffsetGaps()
        gaps.note(10..<11, completed: 0)
        for _ in 0..<OffsetGaps.lifetime {
            let lost = gaps.lost(below: 5)
            #expect(lost.isEmpty)
        }
        let lost = gaps.lost(below: 100)
        #expect(lost.isEmpty)
    }

    @Test func `many gaps are bounded, and the largest are kept`() {
        var gaps = OffsetGaps()
        gaps.note(0..<1_000, completed: 0)
        for number in 0..<1_000 as Range<Int64> { gaps.note(2_000 + number * 2..<2_001 + number * 2, completed: 0) }
        let lost = gaps.lost(below: 10_000)
        #expect(lost.count == OffsetGaps.most)
        #expect(lost.first?.count == 1_000)
    }
}
