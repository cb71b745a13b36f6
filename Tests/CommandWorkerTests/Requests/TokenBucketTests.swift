import Testing

@testable import CommandWorker

@Suite struct TokenBucketTests {
    @Test func `in no span do more go than its rate allows, and a tenth of a second's worth`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let rates = [0.01, 0.5, 1, 7, 50, 999, 20_000]
            let rate = rates[Int.random(in: 0..<rates.count, using: &random)]
            var bucket = TokenBucket(rate: rate, at: .zero)
            var now = Duration.zero
            var taken: [Duration] = []
            for _ in 0..<500 {
                switch Int.random(in: 0...3, using: &random) {
                case 0: now += .seconds(Double.random(in: 0...3, using: &random) / rate)
                case 1: now = bucket.nextToken(at: now)
                default: break
                }
                if bucket.take(at: now) { taken.append(now) }
            }
            let burst = max(1.0, rate / 10)
            for first in stride(from: 0, to: taken.count, by: 7) {
                for last in stride(from: first, to: taken.count, by: 11) {
                    let span = (taken[last] - taken[first]).seconds
                    let most = rate * span + burst + 0.001
                    #expect(Double(last - first + 1) <= most)
                }
            }
        }
    }

    @Test func `whoever comes when told gets a token, and not a moment before the rate allows`() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<500 {
            let rate = Double.random(in: 0.01...5_000, using: &random)
            var bucket = TokenBucket(rate: rate, at: .zero)
            var now = Duration.zero
            for _ in 0..<20 {
                while bucket.take(at: now) {}
                bucket.charge(Int.random(in: 0...3, using: &random), at: now)
                let due = bucket.nextToken(at: now)
                #expect(due > now)
                now = due
                let goes = bucket.take(at: now)
                #expect(goes)
            }
        }
    }

    @Test func `what was sent without asking is paid for later`() {
        var bucket = TokenBucket(rate: 10, at: .zero)
        bucket.charge(11, at: .zero)
        let goes = [Duration.milliseconds(1_099), .milliseconds(1_101)].map { bucket.take(at: $0) }
        #expect(goes == [false, true])
    }

    @Test func `a clock that stands still or goes back makes no tokens`() {
        var bucket = TokenBucket(rate: 1, at: .seconds(5))
        let goes = [Duration.seconds(5), .seconds(5), .seconds(4)].map { bucket.take(at: $0) }
        #expect(goes == [true, false, false])
    }
}
