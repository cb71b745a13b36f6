import Testing

@testable import CommandWorker

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(initialInterval: .seconds(1), maximumInterval: .seconds(30), multiplier: 2)

    @Test(arguments: [
        (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (1_000_000, 30), (Int.max, 30),
    ])
    func `the bound doubles up to its highest`(_ attempt: Int, _ seconds: Int) {
        #expect(self.policy.bound(afterAttempt: attempt) == .seconds(seconds))
    }

    @Test(arguments: [1, 0.5, 0, -1, Double.nan])
    func `a multiplier that is no growth leaves the bound as it is, for any number of attempts`(_ multiplier: Double) {
        var policy = self.policy
        policy.multiplier = multiplier
        #expect(policy.bound(afterAttempt: .max) == .seconds(1))
    }

    @Test(arguments: [1e300, Double.infinity, .greatestFiniteMagnitude])
    func `a huge multiplier does not overflow`(_ multiplier: Double) {
        var policy = self.policy
        policy.multiplier = multiplier
        #expect(policy.bound(afterAttempt: 1) == .seconds(1))
        #expect(policy.bound(afterAttempt: 2) == .seconds(30))
        #expect(policy.bound(afterAttempt: .max) == .seconds(30))
    }

    @Test func `a first interval over the highest is the highest, and none is none`() {
        var policy = self.policy
        policy.initialInterval = .seconds(90)
        #expect(policy.bound(afterAttempt: 1) == .seconds(30))
        policy.initialInterval = .zero
        #expect(policy.bound(afterAttempt: .max) == .zero)
    }

    @Test func `waits are spread over the whole interval`() {
        var random = SplitMix64(seed: 7)
        let waits = (0..<2_000).map { _ in
            self.policy.wait(afterAttempt: 4, serverAsked: nil, using: &random).jitter
        }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(8) })
        // A quarter of 2,000 draws is 500; five times the spread of such a count is below 100.
        for quarter in 0..<4 {
            let span = Duration.seconds(2 * quarter) ..< .seconds(2 * quarter + 2)
            #expect((400...600).contains(waits.count { span.contains($0) }))
        }
    }

    @Test func `what the server asked for is a floor up to the longest interval, with little on top`() {
        var random = SplitMix64(seed: 7)
        for attempt in 1...50 {
            let wait = self.policy.wait(afterAttempt: attempt, serverAsked: .seconds(20), using: &random)
            #expect(wait.asked == .seconds(20))
            #expect(wait.jitter >= .zero && wait.jitter <= .seconds(1))
            let long = self.policy.wait(afterAttempt: attempt, serverAsked: .seconds(100_000), using: &random)
            #expect(long.asked == self.policy.maximumInterval)
        }
    }
}
