import CustomerContract
import Testing

@testable import CommandWorker

@Suite struct FailureWindowTests {
    private static let settings = BreakerSettings(window: .seconds(10), failureRatio: 0.5, minimumRequests: 20)

    private static func id(_ number: Int) -> ExternalID { ExternalID("acct_\(number)") }

    @Test func `one customer that fails for ever tells nothing of the others, however often it is tried`() {
        var window = FailureWindow(Self.settings)
        for turn in 0..<100_000 { window.failed(Self.id(0), .silence, at: .milliseconds(turn)) }
        #expect(!window.isTelling)
    }

    @Test func `the share is judged from so many answers on`() {
        var window = FailureWindow(Self.settings)
        window.succeeded(Self.id(0), at: .zero)
        for number in 1..<19 { window.failed(Self.id(number), .none, at: .zero) }
        #expect(!window.isTelling)
        window.failed(Self.id(19), .none, at: .zero)
        #expect(window.isTelling)
    }

    @Test func `what the window has left behind counts no more`() {
        var window = FailureWindow(Self.settings)
        for number in 0..<10 { window.failed(Self.id(number), .none, at: .zero) }
        for number in 10..<20 { window.succeeded(Self.id(number), at: .seconds(5)) }
        #expect(window.isTelling)
        window.succeeded(Self.id(20), at: .seconds(10))
        #expect(!window.isTelling)
    }

    @Test func `a customer that succeeds after all has not failed`() {
        var window = FailureWindow(Self.settings)
        for number in 0..<10 {
            window.failed(Self.id(number), .none, at: .seconds(1))
            window.succeeded(Self.id(number), at: .seconds(2))
        }
        for number in 10..<19 { window.failed(Self.id(number), .none, at: .seconds(3)) }
        #expect(!window.isTelling)
    }

    @Test func `few commands that all fail, hours apart, are everybody all the same`() {
        var window = FailureWindow(Self.settings)
        for number in 0..<19 { window.failed(Self.id(number), .none, at: .seconds(3_600 * number)) }
        #expect(!window.isTelling)
        window.failed(Self.id(19), .none, at: .seconds(3_600 * 19))
        #expect(window.isTelling)
    }

    @Test func `three refused connections in a row tell, and an answer between them does not`() {
        var window = FailureWindow(Self.settings)
        for _ in 0..<2 { window.failed(Self.id(0), .unreachable, at: .zero) }
        window.failed(Self.id(0), .none, at: .zero)
        for _ in 0..<2 { window.failed(Self.id(0), .unreachable, at: .zero) }
        #expect(!window.isTelling)
        window.failed(Self.id(0), .unreachable, at: .zero)
        #expect(window.isTelling)
        window.clear()
        #expect(!window.isTelling)
    }

    @Test func `it counts as one would by hand, whatever comes in whatever order`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<200 {
            var window = FailureWindow(BreakerSettings(window: .seconds(10), failureRatio: 0.5, minimumRequests: 1_000))
            var successes: [Int] = []
            var failures: [Int: Int] = [:]
            var second = 0
            for _ in 0..<300 {
                second += [0, 0, 0, 1, 3, 30].randomElement(using: &random) ?? 0
                let customer = Int.random(in: 0..<40, using: &random)
                if Bool.random(using: &random) {
                    window.succeeded(Self.id(customer), at: .seconds(second))
                    successes.append(second)
                    failures[customer] = nil
                } else {
                    window.failed(Self.id(customer), .none, at: .seconds(second))
                    failures[customer] = second
                }
                let counts = window.counts
                #expect(counts.succeeded == successes.count { $0 > second - 10 })
                #expect(counts.failed == failures.values.count { $0 > second - 10 })
            }
        }
    }
}
