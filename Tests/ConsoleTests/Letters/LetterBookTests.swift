import CustomerContract
import Kafka
import Records
import Redrive
import Testing
import Topics

@testable import Console

@Suite struct LetterBookTests {
    private static let now = UnixMilliseconds(1_764_100_000_000)

    private static func ago(hours: Int64) -> UnixMilliseconds { UnixMilliseconds(self.now.value - hours * 3_600_000) }

    private static let bad = #"{"external_id":"acct_9","address_country":"India","metadata":{"gstin":"x"}}"#

    private static let letters: [DeadLetter] = [
        Letters.own(0, reason: "no plan 7 for customer", failedAt: Self.ago(hours: 200)),
        Letters.own(1, reason: "no plan 8 for customer", failedAt: Self.ago(hours: 30)),
        Letters.own(
            2,
            code: "invalid_command",
            reason: "address_country must be a code",
            value: Self.bad,
            failedAt: Self.ago(hours: 2)
        ),
        Letters.own(3, code: "retries_exhausted", source: "orders", reason: "503 for 15m", failedAt: Self.now),
        Letters.own(4, partition: 1, reason: "tax_treatment is not supported", failedAt: Self.ago(hours: 2)),
    ]

    private static func groups(
        _ grouping: LetterGroups.Grouping,
        _ filter: LetterFilter = LetterFilter(),
        _ marks: LetterMarks = LetterMarks()
    ) -> LetterGroups {
        LetterGroups(Letters.book(self.letters, marks), filter, by: grouping, now: self.now)
    }

    @Test func `letters with one code and form of reason are one group, with its trend and what a redrive does`() throws
    {
        let groups = Self.groups(.reason)
        #expect(groups.count == 5 && groups.groups.count == 4 && groups.hidden == 0)
        let first = try #require(groups.groups.first)
        #expect(first.count == 2 && first.kind == "rejected" && first.sendable == 2)
        let book = Letters.book(Self.letters)
        #expect(try book.forms.text(at: #require(first.form)) == "no plan … for customer")
        #expect(first.oldest == Self.ago(hours: 200) && first.newest == Self.ago(hours: 30))
        #expect(first.trend.allSatisfy { $0 == 0 })
        let invalid = try #require(groups.groups.first { $0.kind == "invalid_command" })
        #expect(invalid.trend[21] == 1 && invalid.trend.reduce(0, +) == 1)
        #expect(invalid.stays == [.wouldFail(.invalidCommand): 1] && invalid.sendable == 0)
        #expect(groups.groups.first { $0.kind == "retries_exhausted" }?.stays == [.noSuchTopic: 1])
    }

    @Test(arguments: LetterGroups.Grouping.allCases)
    func `the filter of a group selects its letters`(_ grouping: LetterGroups.Grouping) {
        let book = Letters.book(Self.letters)
        for group in Self.groups(grouping).groups where group.name != "no field is known" {
            let page = book.page(group.filter, number: 1, now: Self.now)
            #expect(page.count == group.count, "\(group)")
            #expect(
                page.lines.contains { ($0.partition, $0.offset) == (group.example?.partition, group.example?.offset) }
            )
        }
    }

    @Test func `fields are those that the rules name, otherwise those of the reason`() {
        let groups = Self.groups(.field).groups
        #expect(
            Set(groups.compactMap(\.name))
                == ["address_country", "metadata.gstin", "tax_treatment", "no field is known"]
        )
        let filter = Letters.filter { $0.field = "metadata.gstin" }
        #expect(Letters.book(Self.letters).page(filter, number: 1, now: Self.now).lines.map(\.offset) == [2])
    }

    @Test func `marks decide what waits, and are asked for each question`() {
        var marks = LetterMarks()
        marks.sentBack.insert(0, 0)
        marks.dismissed.insert(0, 1)
        #expect(Self.groups(.code, LetterFilter(), marks).count == 3)
        for (state, offsets) in [(LetterState.redriven, [0]), (.dismissed, [1]), (.all, [3, 4, 2, 1, 0])] {
            let filter = Letters.filter { $0.state = state }
            let page = Letters.book(Self.letters, marks).page(filter, number: 1, now: Self.now)
            #expect(page.lines.map(\.offset) == offsets.map(Int64.init))
        }
        #expect(Letters.book(Self.letters, marks).counts == [.waiting: 3, .redriven: 1, .dismissed: 1])
        #expect(Letters.book(Self.letters, marks).oldestWaitingRecord == Self.ago(hours: 2))
    }

    @Test func `an external_id is found by a part of it in either case, in the body or the key`() {
        let letters = [
            Letters.own(0, value: #"{"external_id":"Acct_77"}"#), Letters.own(1, key: "acct_778", value: "{"),
            Letters.own(2, key: "acct_77", value: #"{"external_id":"other"}"#),
        ]
        let filter = Letters.filter { $0.externalID = "aCCT_77" }
        #expect(Letters.book(letters).page(filter, number: 1, now: Self.now).lines.map(\.offset) == [1, 0])
    }

    @Test func `a page has fifty lines, and one that is too far is the last`() {
        let letters = (Int64(0)..<120).map { Letters.own($0, failedAt: UnixMilliseconds($0)) }
        let page = Letters.book(letters).page(LetterFilter(), number: 9, now: Self.now)
        #expect(page.number == 3 && page.pageCount == 3 && page.count == 120)
        #expect(page.lines.map(\.offset) == Array((Int64(0)..<20).reversed()))
    }

    @Test func `places of a filter are runs over what lies between letters, and stop at other letters`() {
        let letters = [0, 2, 4, 5].map { Letters.own($0) } + [Letters.own(7, code: "other"), Letters.own(9)]
        let runs = Letters.book(letters).places(Letters.filter { $0.kind = "rejected" }, now: Self.now)
        #expect(runs.map(\.offsets) == [0...5, 9...9])
        let full = Letters.book(letters, limit: letters.count)
        #expect(full.places(LetterFilter(), now: Self.now).count == letters.count)
    }

    @Test func `laps are followed in both directions, and a circle ends`() {
        let letters = [
            Letters.own(0), Letters.own(5, laps: 1, more: [("dlq-redriven-from", "\(Letters.topic)/0/0")]),
            Letters.own(9, laps: 2, more: [("dlq-redriven-from", "\(Letters.topic)/0/5")]),
            Letters.own(11, more: [("dlq-redriven-from", "\(Letters.topic)/0/12")]),
            Letters.own(12, more: [("dlq-redriven-from", "\(Letters.topic)/0/11")]),
        ]
        let book = Letters.book(letters)
        func laps(_ offset: Int64) -> [Int64] {
            book.line(Letters.topic, partition: 0, offset: offset).map { book.laps(Letters.topic, of: $0) }?.map(
                \.offset
            )
                ?? []
        }
        #expect(laps(5) == [0, 5, 9] && laps(0) == [0, 5, 9] && laps(9) == [0, 5, 9])
        #expect(laps(11).count <= 20 && laps(11).contains(12))
        #expect(book.line(Letters.topic, partition: 0, offset: 1) == nil)
    }

    @Test func `a filter survives its query, and a time that is none is refused`() throws {
        let filter = Letters.filter {
            $0.kind = ""
            $0.why = "no plan … & more"
            $0.field = "metadata.x"
            $0.source = "orders"
            $0.externalID = "<script>"
            $0.state = .all
            $0.since = "2h"
        }
        let query = Dictionary(uniqueKeysWithValues: filter.query.map { ($0.name, $0.value) })
        #expect(try LetterFilter { query[$0] } == filter)
        #expect(throws: (any Error).self) { try LetterFilter { $0 == "since" ? "yesterday or so" : nil } }
    }

    @Test func `forms of reasons are bounded, what is beyond is one`() {
        var forms = ReasonForms()
        var last = ReasonForms.Place.none
        for number in 0..<6_000 {
            // Words, since numbers are values.
            last = forms.take(
                "reason " + String(repeating: "a", count: number % 80) + String(repeating: "b", count: number / 80)
            )
        }
        #expect(last == .beyond)
        #expect(forms.key(at: last) == nil)
        #expect(forms.take("reason a") == forms.place(of: "reason a"))
    }
}
