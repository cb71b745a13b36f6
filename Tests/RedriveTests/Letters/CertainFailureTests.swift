import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct CertainFailureTests {
    private static let bad = Letters.own(value: Letters.badValue)

    private static func left(_ route: ReturnRoute, _ letter: DeadLetter = Self.bad) -> LeftReason? {
        guard case .failure(let reason) = route.verdict(for: letter).outcome else { return nil }
        return reason
    }

    @Test func `what breaks the rules stays, with what is wrong`() {
        let verdict = Letters.route().verdict(for: Self.bad)
        #expect(Self.left(Letters.route()) == .wouldFail(.invalidCommand))
        #expect(verdict.failure?.message.hasPrefix("address_country must be an ISO 3166-1") == true)
        #expect(LeftReason.wouldFail(.invalidCommand).name == "would_fail_again")
        #expect(LeftReason.wouldFail(.invalidCommand).text.contains("--force"))
        #expect(Self.left(Letters.route(), Letters.own(value: "{")) == .wouldFail(.invalidJSON))
        #expect(Self.left(Letters.route(), Letters.own()) == nil)
    }

    @Test func `forced it goes, and is known to fail`() throws {
        let verdict = Letters.route(isForced: true).verdict(for: Self.bad)
        #expect(try verdict.outcome.get().value == Letters.text(Letters.badValue))
        #expect(verdict.failure?.code == .invalidCommand)
    }

    @Test func `it is judged as it would go back: edited, and only by the rules of its topic`() throws {
        var edits = CommandEdits()
        try edits.set("address_country=IN")
        #expect(Self.left(Letters.route(edits)) == nil)
        try edits.set("address_country=Indien")
        #expect(Self.left(Letters.route(edits)) == .wouldFail(.invalidCommand))
        #expect(Self.left(Letters.route(to: "orders")) == nil)
        #expect(Self.left(Letters.route(), Letters.own(source: "orders", value: Letters.badValue)) == nil)
    }

    @Test func `the worker's own settings decide`() {
        #expect(Self.left(Letters.route(rules: Letters.rules(.envelope))) == nil)
        let small = Letters.route(rules: Letters.rules(maximumBytes: 20))
        #expect(Self.left(small, Letters.own()) == .wouldFail(.payloadTooLarge))
    }

    @Test func `a reason that several codes share is counted once by its name`() {
        let left: [LeftReason: Int] = [.wouldFail(.invalidJSON): 2, .wouldFail(.invalidCommand): 3, .noSource: 1]
        #expect(left.byName == ["would_fail_again": 5, "no_source": 1])
        var counts = RedriveJob.Counts()
        counts.left = left
        var entry = AuditEntry("redrive.ended", by: .init(user: "ada", host: "h", process: 1), at: .init(0))
        entry.add(counts)
        let line = String(decoding: entry.encoded, as: UTF8.self)
        #expect(line.contains(#""left":{"no_source":1,"would_fail_again":5}"#))
    }
}
