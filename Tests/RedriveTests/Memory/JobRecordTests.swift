import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct JobRecordTests {
    private static func record(_ change: (inout JobRecord) -> Void = { _ in }) -> JobRecord {
        var record = JobRecord(
            id: "j-1",
            identity: "abc",
            summary: "code rejected",
            owner: JobRecord.Owner(user: "ada", host: "ops-1", process: 4_711),
            beganAt: UnixMilliseconds(1_764_064_800_000),
            since: UnixMilliseconds(5),
            until: nil
        )
        change(&record)
        return record
    }

    @Test(arguments: [
        JobRecord.Canary.none, .passed,
        .awaited([
            RecordPosition(topic: "a", partition: 0, offset: 5), RecordPosition(topic: "a", partition: 3, offset: 6),
        ]),
    ])
    func `what is written is read`(_ canary: JobRecord.Canary) {
        let record = Self.record {
            $0.canary = canary
            $0.state = .paused
            $0.beat = 12
            $0.moved = 345
        }
        #expect(JobRecord(decoding: record.encoded) == record)
    }

    @Test func `it is ASCII, and fits its metadata whatever was said`() throws {
        let long = String(repeating: "é\u{1F600}x", count: 2_000)
        let positions = (0..<100).map {
            RecordPosition(topic: String(repeating: "t", count: 249), partition: 999, offset: 10_000_000_000 + $0)
        }
        let record = Self.record {
            $0.summary = long
            $0.owner = JobRecord.Owner(user: long, host: long, process: .max)
            $0.canary = .awaited(positions)
        }
        #expect(record.encoded.count <= OffsetMetadata.limit)
        #expect(record.encoded.allSatisfy { (0x20..<0x7F).contains($0) })
        let read = try #require(JobRecord(decoding: record.encoded))
        #expect(read.canary == record.canary)
    }

    @Test func `first letters in too many topics are left out, and the record stays readable`() throws {
        let positions = (0..<100).map {
            RecordPosition(topic: "\($0)" + String(repeating: "t", count: 240), partition: 0, offset: 1)
        }
        let record = Self.record { $0.canary = .awaited(positions) }
        #expect(record.encoded.count <= OffsetMetadata.limit)
        #expect(try #require(JobRecord(decoding: record.encoded)).canary == JobRecord.Canary.none)
    }

    @Test(arguments: ["", "{}", "[]", "x", #"{"v":2}"#, #"{"v":1,"id":"x"}"#, "cw1.0.1.1"])
    func `what no job wrote is no record`(_ text: String) {
        #expect(JobRecord(decoding: Array(text.utf8)) == nil)
    }

    @Test func `a process that is there is not gone, and one of another host may not be`() {
        let here = JobRecord.Owner.current()
        let first = JobRecord.Owner(user: "x", host: here.host, process: 1)
        #expect(!first.isGone(seenFrom: here))
        #expect(!JobRecord.Owner(user: "x", host: "elsewhere", process: .max).isGone(seenFrom: here))
        // The largest number that Linux gives a process is 4,194,304.
        #expect(JobRecord.Owner(user: "x", host: here.host, process: 5_000_000).isGone(seenFrom: here))
        #expect(here.isGone(seenFrom: here))
    }
}
