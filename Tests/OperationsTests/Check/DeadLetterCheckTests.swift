import CustomerContract
import Records
import Redrive
import Testing

@testable import Operations

@Suite struct DeadLetterCheckTests {
    private static let day: Int64 = 86_400_000
    private static let now = UnixMilliseconds(1_800_000_000_000)

    private func finding(kept days: Int64?, age: Int64?, waiting: Int = 3, isWhole: Bool = true) -> CheckFinding {
        let retention = RetentionGuard(
            retentionMilliseconds: days.map { "\($0 * Self.day)" },
            oldestWaiting: age.map { UnixMilliseconds(Self.now.value - $0 * Self.day) },
            now: Self.now
        )
        return DeadLetterCheck.finding(retention, waiting: waiting, isWhole: isWhole)
    }

    @Test func `letters with time left are fine, and the time is told`() {
        let finding = self.finding(kept: 10, age: 7)
        #expect(finding.state == .fine)
        #expect(finding.found == "3 wait; the oldest is kept for 72 h more")
    }

    @Test func `letters whose time is nearly up, or is up, are a warning that says what to do`() {
        let near = self.finding(kept: 10, age: 9)
        #expect(near.state == .warning)
        #expect(near.found == "3 wait; the oldest is deleted in about 24 h, since the topic keeps records for 240 h")
        #expect(near.remedy.contains("dlq redrive"))
        let over = self.finding(kept: 10, age: 11)
        #expect(over.state == .warning)
        #expect(over.found.contains("may be deleted at any moment"))
    }

    @Test func `a topic that keeps everything, and one that holds nothing, are fine`() {
        #expect(self.finding(kept: nil, age: 400).state == .fine)
        #expect(self.finding(kept: 10, age: nil, waiting: 0).found == "0 wait")
    }

    @Test func `letters that could not all be counted are told as at least so many`() {
        #expect(self.finding(kept: nil, age: 1, isWhole: false).found == "at least 3 wait")
    }
}
