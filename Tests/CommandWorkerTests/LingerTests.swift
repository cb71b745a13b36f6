import Testing

@testable import CommandWorker

/// ``Linger`` alone: how long a batch that could leave waits to fill.
@Suite struct LingerTests {
    @Test func `a batch waits up to its limit, counted from the first time that it was held`() {
        var linger = Linger()
        #expect(linger.due == nil)
        #expect(linger.holds(atMost: .milliseconds(50), at: .seconds(1)) == true)
        #expect(linger.due == .milliseconds(1_050))
        #expect(linger.holds(atMost: .milliseconds(50), at: .milliseconds(1_049)) == true)
        #expect(linger.due == .milliseconds(1_050))
        #expect(linger.holds(atMost: .milliseconds(50), at: .milliseconds(1_050)) == false)
    }

    @Test func `without a limit a batch leaves at once`() {
        var linger = Linger()
        #expect(linger.holds(atMost: nil, at: .zero) == false)
        #expect(linger.due == nil)
    }

    @Test func `another limit changes the end of the wait and not its beginning`() {
        var linger = Linger()
        #expect(linger.holds(atMost: .milliseconds(50), at: .zero) == true)
        #expect(linger.holds(atMost: .milliseconds(20), at: .milliseconds(10)) == true)
        #expect(linger.due == .milliseconds(20))
        #expect(linger.holds(atMost: .milliseconds(20), at: .milliseconds(20)) == false)
    }

    @Test func `a batch may wait for a moment, however long it has waited`() {
        var linger = Linger()
        #expect(linger.holds(until: nil, at: .zero) == false)
        #expect(linger.holds(until: .milliseconds(10), at: .milliseconds(9)) == true)
        #expect(linger.due == .milliseconds(10))
        #expect(linger.holds(until: .milliseconds(10), at: .milliseconds(10)) == false)
    }

    @Test func `the batch after one that left waits for itself`() {
        var linger = Linger()
        #expect(linger.holds(atMost: .milliseconds(50), at: .zero) == true)
        linger.end()
        #expect(linger.due == nil)
        #expect(linger.holds(atMost: .milliseconds(50), at: .seconds(9)) == true)
        #expect(linger.due == .milliseconds(9_050))
    }
}
