import Testing

@testable import CommandWorker

/// ``ServerHold`` alone: no request goes before its end, but for one probe when half of it has passed.
@Suite struct ServerHoldTests {
    private func hold(of wait: Duration, at now: Duration = .zero) -> ServerHold {
        var hold = ServerHold()
        hold.ask(wait, at: now)
        return hold
    }

    @Test func `without a hold requests may always have gone`() {
        let hold = ServerHold()
        #expect(!hold.isActive(at: .zero))
        #expect(hold.left(at: .zero) == nil)
        #expect(hold.opens == .zero)
    }

    @Test func `it lasts as long as was asked for, and is over at its end`() {
        let hold = self.hold(of: .seconds(10), at: .seconds(5))
        #expect(hold.left(at: .seconds(5)) == .seconds(10))
        #expect(hold.left(at: .milliseconds(14_999)) == .milliseconds(1))
        #expect(hold.left(at: .seconds(15)) == nil)
        #expect(!hold.isActive(at: .seconds(15)))
    }

    @Test func `one probe may go when half of it has passed`() {
        var hold = self.hold(of: .seconds(10))
        #expect(hold.opens == .seconds(5))
        #expect(!hold.admitsProbe(at: .milliseconds(4_999)))
        #expect(hold.admitsProbe(at: .seconds(5)))
        hold.probeSent()
        #expect(!hold.admitsProbe(at: .seconds(6)))
        #expect(hold.opens == .seconds(10))
    }

    @Test func `at its end no probe is needed`() {
        #expect(!self.hold(of: .seconds(10)).admitsProbe(at: .seconds(10)))
    }

    @Test func `a shorter wait than the one in force changes nothing, a longer one begins anew`() {
        var hold = self.hold(of: .seconds(10))
        hold.probeSent()
        hold.ask(.seconds(3), at: .seconds(6))
        #expect(hold.end == .seconds(10))
        #expect(!hold.admitsProbe(at: .seconds(8)))
        hold.ask(.seconds(20), at: .seconds(6))
        #expect(hold.end == .seconds(26))
        #expect(hold.opens == .seconds(16))
    }

    @Test func `it can be lifted, and lifting none makes none`() {
        var hold = self.hold(of: .seconds(10))
        #expect(hold.lift(at: .seconds(2)) == true)
        #expect(!hold.isActive(at: .seconds(2)))
        #expect(hold.opens <= .seconds(2))
        #expect(hold.lift(at: .seconds(9)) == false)
        #expect(!hold.isActive(at: .seconds(3)))
    }
}
