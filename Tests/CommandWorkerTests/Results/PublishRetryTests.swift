import Kafka
import Testing

@testable import CommandWorker

/// ``PublishRetry`` and ``LetterHold``.
@Suite struct PublishRetryTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `each wait is about twice the last one, up to half a minute`(seed: UInt64) throws {
        var retry = PublishRetry(first: .seconds(1), seed: seed)
        #expect(retry.due == nil)
        for (index, longest) in [1, 2, 4, 8, 16, 30, 30, 30].enumerated() {
            let now = Duration.seconds(100 * index)
            retry.failed(at: now)
            let wait = try #require(retry.due) - now
            #expect(wait <= .seconds(longest))
            #expect(wait >= (index == 0 ? .seconds(longest) : .seconds(longest) / 2))
            retry.begin()
            #expect(retry.due == nil)
        }
        retry.succeeded()
        retry.failed(at: .zero)
        #expect(retry.due == .seconds(1))
    }

    @Test func `before partitions are given back no attempt waits for long`() throws {
        var retry = PublishRetry(first: .seconds(1), seed: 1)
        for _ in 0..<8 { retry.failed(at: .seconds(50)) }
        let due = try #require(retry.due(isLeaving: false))
        #expect(due > .seconds(60))
        #expect(retry.due(isLeaving: true) == .seconds(51))
    }

    @Test func `an attempt whose cause is gone is due at once, and none where none waits`() {
        var retry = PublishRetry(first: .seconds(1), seed: 1)
        retry.hurry(at: .seconds(3))
        #expect(retry.due == nil)
        retry.failed(at: .seconds(3))
        retry.hurry(at: .seconds(3))
        #expect(retry.due == .seconds(3))
    }

    @Test func `dead letters are let in again when the wait is over, and wait longer when that fails`() throws {
        var hold = LetterHold(retry: PublishRetry(first: .seconds(1), seed: 1))
        #expect(hold.letsIn(at: .zero))
        hold.begin(CoreDriver.error, at: .zero)
        hold.waitingCount = 1
        #expect(!hold.letsIn(at: .milliseconds(999)))
        #expect(hold.due == .seconds(1))
        #expect(hold.letsIn(at: .seconds(1)))
        hold.begin(CoreDriver.error, at: .seconds(1))
        #expect(!hold.letsIn(at: .milliseconds(1_999)))
        hold.end()
        #expect(hold.error == nil)
        #expect(hold.letsIn(at: .seconds(1)))
        #expect(hold.due == nil)
    }
}
