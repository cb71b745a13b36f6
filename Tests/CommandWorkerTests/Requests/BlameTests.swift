import CustomerContract
import Testing

@testable import CommandWorker

/// ``Blame`` alone: whose fault a failure is, told by who is hit.
/// 1. While nothing has succeeded since a command's first attempt, its failure is one that all share.
/// 2. A customer that failed while another's success ended a stop fails by itself, and so does the only one that fails
///    while a neutral request succeeds.
/// 3. A success acquits; memory is bounded.
@Suite struct BlameTests {
    private let a = ExternalID("a")
    private let b = ExternalID("b")
    private let c = ExternalID("c")

    // MARK: 1. Shared failures

    @Test func `without a success since its first attempt a failure is not held against a command`() {
        var blame = Blame()
        blame.succeeded(self.b, keepsSuspects: false, at: .zero)
        let before = blame.successCount
        blame.failed(self.a)
        #expect(!blame.isOwnFault(self.a, successesBefore: before))
        blame.succeeded(self.b, keepsSuspects: false, at: .seconds(1))
        #expect(blame.isOwnFault(self.a, successesBefore: before))
    }

    @Test func `customers that fail are one or several until the next success`() {
        var blame = Blame()
        #expect(blame.onlyFailing == nil)
        blame.failed(self.a)
        blame.failed(self.a)
        #expect(blame.onlyFailing == self.a)
        #expect(!blame.hasSeveral)
        blame.failed(self.b)
        #expect(blame.onlyFailing == nil)
        #expect(blame.hasSeveral)
        // The first one again does not make it the only one.
        blame.failed(self.a)
        #expect(blame.hasSeveral)
        blame.succeeded(self.c, keepsSuspects: false, at: .zero)
        #expect(!blame.hasSeveral)
        blame.failed(self.b)
        #expect(blame.onlyFailing == self.b)
    }

    @Test func `another customer's success counts for a window, one's own does not`() {
        var blame = Blame()
        #expect(!blame.othersSucceed(than: self.a, within: .seconds(10), at: .zero))
        blame.succeeded(self.b, keepsSuspects: false, at: .seconds(1))
        #expect(blame.othersSucceed(than: self.a, within: .seconds(10), at: .seconds(10)))
        #expect(!blame.othersSucceed(than: self.b, within: .seconds(10), at: .seconds(10)))
        #expect(!blame.othersSucceed(than: self.a, within: .seconds(10), at: .seconds(11)))
    }

    // MARK: 2. Convictions

    @Test func `of those that failed while requests were stopped all fail by themselves but the one that succeeded`() {
        var blame = Blame()
        for id in [self.a, self.b] { blame.failed(id) }
        blame.succeeded(self.b, keepsSuspects: true, at: .zero)
        blame.flowed(by: self.b)
        #expect(blame.failsAlone(self.a))
        #expect(!blame.failsAlone(self.b))
    }

    @Test func `requests that flow again without any success convict none`() {
        var blame = Blame()
        blame.failed(self.a)
        blame.flowed(by: nil)
        #expect(!blame.failsAlone(self.a))
        // And what was suspected then is forgotten.
        blame.flowed(by: self.b)
        #expect(!blame.failsAlone(self.a))
    }

    @Test func `a success while requests flow clears all suspects`() {
        var blame = Blame()
        blame.failed(self.a)
        blame.succeeded(self.b, keepsSuspects: false, at: .zero)
        blame.flowed(by: self.b)
        #expect(!blame.failsAlone(self.a))
    }

    @Test func `the only one that fails while a neutral request succeeds fails by itself`() {
        var blame = Blame()
        blame.failed(self.a)
        #expect(blame.convictOnlyFailing() == true)
        #expect(blame.failsAlone(self.a))
        #expect(blame.isOwnFault(self.a, successesBefore: blame.successCount))
        // It is known, so it is no news and no company for another.
        blame.failed(self.a)
        #expect(blame.onlyFailing == nil)
        blame.failed(self.b)
        #expect(blame.onlyFailing == self.b)
    }

    @Test func `of several that fail a neutral request convicts none`() {
        var blame = Blame()
        blame.failed(self.a)
        blame.failed(self.b)
        #expect(blame.convictOnlyFailing() == false)
        #expect(!blame.failsAlone(self.a))
        #expect(!blame.failsAlone(self.b))
    }

    @Test func `those that are convicted by name leave the others what they are`() {
        var blame = Blame()
        for id in [self.a, self.b, self.c] { blame.failed(id) }
        #expect(blame.convict([self.a, self.b]) == true)
        #expect(blame.failsAlone(self.a) && blame.failsAlone(self.b) && !blame.failsAlone(self.c))
        #expect(blame.onlyFailing == self.c)
        #expect(blame.convict([self.a]) == false)
        #expect(blame.convict([self.c]) == true)
        #expect(blame.onlyFailing == nil && !blame.hasSeveral)
    }

    // MARK: 3. Memory

    @Test func `a customer's own success acquits it`() {
        var blame = Blame()
        blame.failed(self.a)
        _ = blame.convictOnlyFailing()
        blame.succeeded(self.a, keepsSuspects: false, at: .zero)
        #expect(!blame.failsAlone(self.a))
    }

    @Test func `no more suspects and convicts are remembered than the bound`() {
        var blame = Blame()
        let ids = (0..<3 * Blame.maximumRemembered).map { ExternalID("\($0)") }
        for id in ids { blame.failed(id) }
        blame.flowed(by: self.a)
        #expect(ids.count(where: blame.failsAlone) == Blame.maximumRemembered)
        for id in ids {
            blame.succeeded(self.a, keepsSuspects: false, at: .zero)
            blame.failed(id)
            _ = blame.convictOnlyFailing()
        }
        #expect(ids.count(where: blame.failsAlone) == Blame.maximumRemembered)
    }
}
