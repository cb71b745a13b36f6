import Kafka
import Records
import Testing
import Topics

@testable import Topics

@Suite struct TopicScanTests {
    private let first = TopicPartition(topic: "t", partition: 0)
    private let second = TopicPartition(topic: "t", partition: 1)

    @Test func `empty ranges are done at once and are not read`() {
        let scan = TopicScan([self.first: 5..<5])
        #expect(scan.isDone && scan.starts.isEmpty)
    }

    @Test func `it ends with the last record, and takes nothing behind it`() {
        var scan = TopicScan([self.first: 3..<6, self.second: 0..<1])
        #expect(scan.starts.map(\.offset) == [3, 0])
        let isTaken1 = scan.take(self.first, 3)
        #expect(isTaken1)
        let isTaken2 = scan.take(self.first, 5)
        #expect(isTaken2)
        #expect(!scan.isDone)
        let isTaken3 = scan.take(self.first, 6)
        #expect(!isTaken3)
        let isTaken4 = scan.take(self.second, 0)
        #expect(isTaken4)
        #expect(scan.isDone)
    }

    @Test func `a log that ends with what nobody sees is done when there is nothing more`() {
        var scan = TopicScan([self.first: 0..<10])
        let isTaken5 = scan.take(self.first, 7)
        #expect(isTaken5)
        scan.caughtUp(self.first, 8)
        #expect(!scan.isDone, "an open transaction stands there")
        #expect(scan.unread.map(\.from) == [8])
        scan.caughtUp(self.first, 10)
        #expect(scan.isDone)
    }

    @Test func `a gap over the end is an end`() {
        var scan = TopicScan([self.first: 0..<10])
        let isTaken6 = scan.take(self.first, 12)
        #expect(!isTaken6)
        #expect(scan.isDone)
    }

    @Test func `what was not asked for is not taken`() {
        var scan = TopicScan([self.first: 0..<10])
        let isTaken7 = scan.take(self.second, 0)
        #expect(!isTaken7)
        scan.caughtUp(self.second, 100)
        #expect(!scan.isDone)
    }
}
