import Kafka
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct ServiceNoticesTests {
    private func seen(_ notices: inout ServiceNotices, _ inspection: WorkerInspection) -> [String] {
        var activity = RecentActivity()
        activity.add(inspection)
        let view = WorkerWatch.View.sample(inspection, activity: activity)
        return notices.seen(view, inspection)
    }

    @Test func `READY comes once, and only when the partitions are taken`() {
        var notices = ServiceNotices(hasWatchdog: false)
        #expect(!self.seen(&notices, .sample { $0.hasJoined = false }).contains("READY=1"))
        #expect(!self.seen(&notices, .sample { $0.isTakingPartitions = true }).contains("READY=1"))
        #expect(self.seen(&notices, .sample()).contains("READY=1"))
        #expect(!self.seen(&notices, .sample()).contains("READY=1"))
    }

    @Test func `a member without partitions is ready too`() {
        var notices = ServiceNotices(hasWatchdog: false)
        #expect(self.seen(&notices, .sample(partitions: [])) == ["READY=1", "STATUS=0 partitions, 0/s, lag 0"])
    }

    @Test func `every answer of the loop feeds the watchdog, and a status is sent when it changes`() {
        var notices = ServiceNotices(hasWatchdog: true)
        #expect(
            self.seen(&notices, .sample()) == ["READY=1", "STATUS=1 partition, 0/s, lag 10", "WATCHDOG=1"]
        )
        #expect(self.seen(&notices, .sample()) == ["WATCHDOG=1"])
        #expect(
            self.seen(&notices, .sample { $0.intakeBlock = "suspended" }) == [
                "STATUS=1 partition, 0/s, lag 10, an operator suspended the intake (TSTP); CONT resumes it",
                "WATCHDOG=1",
            ]
        )
    }

    @Test func `a drain asks for more time only when it gets further`() {
        var notices = ServiceNotices(hasWatchdog: false)
        _ = self.seen(&notices, .sample())
        let draining = { (inFlight: Int) in
            WorkerInspection.sample {
                $0.intakeBlock = "draining"
                $0.inFlight = inFlight
            }
        }
        #expect(
            notices.stopping(draining(9).snapshot) == ["STOPPING=1", "STATUS=Draining: 9 commands in flight"]
        )
        #expect(notices.stopping(draining(9).snapshot).isEmpty)
        let more = "EXTEND_TIMEOUT_USEC=15000000"
        #expect(!self.seen(&notices, draining(9)).contains(more))
        #expect(self.seen(&notices, draining(8)).contains(more))
        #expect(!self.seen(&notices, draining(8)).contains(more))
        #expect(self.seen(&notices, draining(0)).contains("STATUS=Draining: 0 commands in flight"))
    }

    @Test func `a reload is told with the time, and ends with READY`() {
        var notices = ServiceNotices(hasWatchdog: false)
        #expect(notices.reloading(monotonic: .seconds(1)).isEmpty)
        _ = self.seen(&notices, .sample())
        #expect(
            notices.reloading(monotonic: .seconds(12) + .microseconds(345)) == [
                "RELOADING=1", "MONOTONIC_USEC=12000345",
            ]
        )
        #expect(notices.reloaded() == ["READY=1"])
        _ = notices.stopping(WorkerSnapshot())
        #expect(notices.reloading(monotonic: .seconds(20)).isEmpty)
        #expect(notices.reloaded().isEmpty)
    }
}
