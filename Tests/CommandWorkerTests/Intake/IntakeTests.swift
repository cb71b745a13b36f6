import Testing

@testable import CommandWorker

/// ``Intake`` alone.
///
/// 1. No poll asks for more than may be in flight.
/// 2. Fullness stops polling at once and pauses when it lasts; what does not pass by itself pauses at once.
/// 3. Once paused, intake resumes when a quarter is free.
/// 4. While a probe is sought single records come in, a few beyond the bound.
@Suite struct IntakeTests {
    private func intake(count: Int = 100, bytes: Int = 1_000) -> Intake {
        Intake(maximumCount: count, maximumBytes: bytes, pauseDelay: .seconds(1))
    }

    private static let blocks: [IntakeBlock] = [
        .draining, .suspended, .backend("http_500"), .store("locked"), .publishing("_TRANSPORT"),
    ]

    // MARK: 1. Bounds

    @Test func `a poll asks for what may still be in flight, at most a thousand and at least one`() {
        #expect(self.intake().pollLimit(isBlocked: false, inFlight: 30) == 70)
        #expect(self.intake(count: 5_000).pollLimit(isBlocked: false, inFlight: 0) == 1_000)
        #expect(self.intake().pollLimit(isBlocked: false, inFlight: 100) == 1)
    }

    @Test func `commands and bytes fill it, whichever comes first`() {
        #expect(!self.intake().isFull(99, bytes: 999))
        #expect(self.intake().isFull(100, bytes: 0))
        #expect(self.intake().isFull(1, bytes: 1_000))
    }

    @Test func `an empty table is never full`() {
        #expect(!self.intake(count: 0).isFull(0, bytes: 0))
    }

    // MARK: 2. Stops

    @Test func `fullness that passes within the delay pauses nothing`() {
        var intake = self.intake()
        #expect(intake.advance(.full, seeksProbe: false, at: .zero) == nil)
        #expect(intake.pollLimit(isBlocked: true, inFlight: 100) == 0)
        #expect(intake.due == .seconds(1))
        #expect(intake.advance(nil, seeksProbe: false, at: .milliseconds(900)) == nil)
        #expect(intake.due == nil)
        // The next one has the whole delay again.
        #expect(intake.advance(.full, seeksProbe: false, at: .seconds(5)) == nil)
        #expect(intake.due == .seconds(6))
    }

    @Test func `fullness that lasts pauses once, and polling goes on for what concerns the group`() {
        var intake = self.intake()
        #expect(intake.advance(.full, seeksProbe: false, at: .zero) == nil)
        #expect(intake.advance(.full, seeksProbe: false, at: .seconds(1)) == .pause)
        #expect(intake.advance(.full, seeksProbe: false, at: .seconds(2)) == nil)
        #expect(intake.due == nil)
        #expect(intake.pollLimit(isBlocked: true, inFlight: 100) == 64)
    }

    @Test(arguments: blocks)
    func `a stop that does not pass by itself pauses at once, and its end resumes`(block: IntakeBlock) {
        var intake = self.intake()
        #expect(intake.advance(block, seeksProbe: false, at: .zero) == .pause)
        #expect(intake.isPaused)
        #expect(intake.advance(nil, seeksProbe: false, at: .seconds(3)) == .resume)
        #expect(!intake.isPaused)
        #expect(intake.advance(nil, seeksProbe: false, at: .seconds(3)) == nil)
    }

    @Test func `fullness that follows another stop has lasted as long as both`() {
        var intake = self.intake()
        #expect(intake.advance(.full, seeksProbe: false, at: .zero) == nil)
        #expect(intake.advance(.backend("http_500"), seeksProbe: false, at: .milliseconds(500)) == .pause)
        #expect(intake.advance(.full, seeksProbe: false, at: .seconds(9)) == nil)
        #expect(intake.isPaused)
    }

    @Test func `every stop has a word of its own`() {
        let words = (Self.blocks + [.full]).map(\.reason)
        #expect(words == ["draining", "suspended", "http_500", "store_locked", "publishing", "full"])
    }

    @Test func `an operator's stop is remembered until the operator ends it`() {
        var intake = self.intake()
        intake.suspend()
        #expect(intake.isSuspended)
        intake.resume()
        #expect(!intake.isSuspended)
    }

    // MARK: 3. Resuming

    @Test func `once paused it is full until a quarter is free`() {
        var intake = self.intake()
        _ = intake.advance(.suspended, seeksProbe: false, at: .zero)
        #expect(intake.isFull(75, bytes: 0))
        #expect(!intake.isFull(74, bytes: 0))
    }

    @Test func `with one place a quarter is the whole`() {
        var intake = self.intake(count: 1)
        _ = intake.advance(.suspended, seeksProbe: false, at: .zero)
        #expect(intake.isFull(1, bytes: 0))
        #expect(!intake.isFull(0, bytes: 0))
    }

    // MARK: 4. Probes

    @Test func `while a probe is sought single records come in although intake is blocked`() {
        var intake = self.intake()
        _ = intake.advance(.backend("http_500"), seeksProbe: false, at: .zero)
        #expect(intake.advance(.backend("http_500"), seeksProbe: true, at: .seconds(1)) == .resume)
        #expect(intake.pollLimit(isBlocked: true, inFlight: 100) == 1)
        #expect(intake.advance(.backend("http_500"), seeksProbe: false, at: .seconds(2)) == .pause)
    }

    @Test func `the reserve for probes is bounded`() {
        #expect(self.intake().hasReserve(100))
        #expect(self.intake().hasReserve(100 + Intake.probeReserve - 1))
        #expect(!self.intake().hasReserve(100 + Intake.probeReserve))
    }
}
