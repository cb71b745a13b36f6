import Kafka
import Records
import Testing

@testable import Redrive

@Suite struct LetterMarksTests {
    private static func set(_ offsets: Int64...) -> LetterSet {
        var set = LetterSet()
        for offset in offsets { set.insert(0, offset) }
        return set
    }

    private static func plan(_ offsets: Int64...) -> DismissalPlan {
        var plan = DismissalPlan(found: nil)
        for offset in offsets { plan.take(offset == 1 ? nil : "rejected", 0, offset) }
        return plan
    }

    private static func reread(_ pages: [Int64: [PartitionOffset]], after earlier: LetterSet = LetterSet()) -> LetterSet
    {
        var read = LetterSet()
        let kept = earlier.allPages(of: Letters.topic).merging(pages) { $1 }
        for page in kept.values { for offset in page { read.read(offset) } }
        return read
    }

    @Test func `a letter waits unless it was sent back or dismissed, and sent back is sent back`() {
        let marks = LetterMarks(sentBack: Self.set(1, 3), dismissed: Self.set(2, 3))
        #expect((0..<4).map { marks[0, $0] } == [.waiting, .redriven, .dismissed, .redriven])
        #expect(marks[1, 1] == .waiting)
    }

    @Test func `a dismissal changes what waits, and nothing that was sent back`() {
        let marks = LetterMarks(sentBack: Self.set(1), dismissed: Self.set(2))
        let plan = Self.plan(1, 2, 5_000)
        #expect(plan.matched == 3 && plan.codes == ["": 1, "rejected": 2])
        let outcome = plan.done(.dismiss, to: marks, of: Letters.topic)
        #expect(outcome.changed == Self.set(5_000))
        #expect(outcome.marks == LetterMarks(sentBack: Self.set(1), dismissed: Self.set(2, 5_000)))
        // What was remembered before is renewed with it.
        #expect(Self.reread(outcome.pages.dismissed) == Self.set(2, 5_000))
        #expect(Self.reread(outcome.pages.sentBack) == Self.set(1))
    }

    @Test func `what is restored is gone from its page, also when that becomes empty`() {
        let marks = LetterMarks(sentBack: Self.set(9), dismissed: Self.set(2, 3, 5_000))
        let outcome = Self.plan(2, 5_000).done(.restore, to: marks, of: Letters.topic)
        #expect(outcome.changed == Self.set(2, 5_000) && outcome.marks.dismissed == Self.set(3))
        #expect(Self.reread(outcome.pages.dismissed, after: marks.dismissed) == Self.set(3))
        #expect(outcome.marks.sentBack == marks.sentBack)
        #expect(outcome.changed.extents == [0: 2...5_000])
    }

    @Test func `states select by what was done with a letter`() {
        for mark in LetterMark.allCases {
            #expect(LetterState.allCases.filter { $0.includes(mark) }.map(\.rawValue) == [mark.rawValue, "all"])
        }
        #expect(Dismissal.Action.dismiss.state == .waiting)
        #expect(Dismissal.Action.restore.state == .dismissed)
    }
}
