import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct RecentActivityTests {
    @Test func `the rate is of the last ten seconds`() {
        var activity = RecentActivity()
        #expect(activity.rate == nil)
        for second in 0...30 {
            // 100 a second for twenty seconds, then 7.
            let results = second <= 20 ? second * 100 : 2_000 + (second - 20) * 7
            activity.add(.sample(uptime: .seconds(second), created: results))
        }
        #expect(activity.rate == 7)
    }

    @Test func `percentiles are of the last minute`() throws {
        var activity = RecentActivity()
        activity.add(.sample(uptime: .zero) { for _ in 0..<1_000 { $0.counters.record(milliseconds: 4_000) } })
        activity.add(
            .sample(uptime: .seconds(30)) {
                for _ in 0..<1_000 { $0.counters.record(milliseconds: 4_000) }
                for _ in 0..<10 { $0.counters.record(milliseconds: 20) }
            }
        )
        let durations = try #require(activity.durations)
        #expect(durations.count == 10)
        #expect((10...25).contains(try #require(durations.quantile(0.99))))
    }

    @Test func `samples that come in quick succession do not crowd out the minute`() {
        var activity = RecentActivity()
        for tick in stride(from: 0, through: 60_000, by: 20) {
            activity.add(.sample(uptime: .milliseconds(tick), created: tick / 100))
        }
        #expect(activity.rate == 10)
        #expect(activity.durations?.count == 600)
    }
}

extension WorkerCounters {
    fileprivate mutating func record(milliseconds: Int64) { self.durations.record(milliseconds: milliseconds) }
}
