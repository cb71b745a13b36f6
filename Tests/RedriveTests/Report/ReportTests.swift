import CustomerContract
import JSON
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct ReportTests {
    @Test func `letters are counted by what they have in common`() {
        var report = LetterReport()
        for offset in 0..<5 { report.take(Letters.own(code: "rejected", offset: Int64(offset)), .waiting) }
        report.take(Letters.own(code: "rejected", laps: 1), .waiting)
        report.take(Letters.own(code: "rejected"), .redriven)
        report.take(DeadLetter(Letters.record([])), .waiting)
        #expect(report.count == 8 && report.waitingCount == 7)
        #expect(report.sorted.map(\.tally.count) == [5, 1, 1, 1])
        #expect(report.sorted.first?.tally.samples.map(\.offset) == [0, 1, 2])
    }

    @Test func `all are counted by whether they were sent back, whichever are listed`() {
        func report(_ state: LetterState, limit: Int? = nil) -> LetterReport {
            var report = LetterReport(of: state, limit: limit)
            for offset in 0..<8 { report.take(Letters.own(offset: Int64(offset)), offset < 3 ? .redriven : .waiting) }
            return report
        }
        for (state, count) in [(LetterState.waiting, 5), (.redriven, 3), (.all, 8)] {
            let report = report(state)
            #expect(report.waitingCount == 5 && report.counts[.redriven] == 3)
            #expect(report.count == count && report.sorted.reduce(0) { $0 + $1.tally.count } == count)
        }
        let few = report(.waiting, limit: 2)
        #expect(few.count == 2 && few.waitingCount == 5 && few.counts[.redriven] == 3)
    }

    @Test func `a letter that was sent back has one lap more than when it failed`() {
        var report = LetterReport()
        report.take(Letters.own(laps: 1), .redriven)
        report.take(Letters.own(laps: 2), .waiting)
        #expect(report.sorted.allSatisfy { $0.group.laps == 2 })
        #expect(Set(report.sorted.map(\.group.redriveCount)) == [1, 2])
    }

    @Test func `a group has one reason, true for all of it, whatever values they have`() {
        var report = LetterReport()
        for number in 0..<1_000 {
            report.take(Letters.own(reason: "no plan \(number) for acct_\(number)"), .waiting)
        }
        for _ in 0..<3 { report.take(Letters.own(reason: "no tax code 7"), .waiting) }
        #expect(report.sorted.map(\.tally.why) == ["no plan … for …", "no tax code 7"])
        #expect(report.sorted.map(\.tally.count) == [1_000, 3])
        #expect(report.sorted.first?.tally.reason == "no plan 0 for acct_0")
    }

    @Test func `more reasons than anybody reads are one group of their code`() {
        var report = LetterReport()
        for name in ["ab", "cd", "ef", "gh", "ij"] {
            for other in ["kl", "mn", "op", "qr"] {
                report.take(Letters.own(reason: "no customer \(name) \(other)"), .waiting)
            }
        }
        let rest = report.sorted.filter { $0.group.reason == nil }
        #expect(report.groups.count == 13 && rest.count == 1)
        #expect(rest.first?.tally.count == 8 && rest.first?.tally.why == nil)
        #expect(report.sorted.allSatisfy { $0.group.kind == "rejected" })
    }

    @Test func `each group says what a redrive would do, as the redrive itself decides it`() {
        var report = LetterReport(route: Letters.route())
        report.take(Letters.own(), .waiting)
        report.take(Letters.own(value: Letters.badValue), .waiting)
        report.take(Letters.own(laps: 3), .waiting)
        report.take(Letters.own(laps: 1), .redriven)
        let tallies = Dictionary(uniqueKeysWithValues: report.sorted.map { ($0.group.redriveCount, $0.tally) })
        #expect(tallies[0]?.sendable == 1 && tallies[0]?.left == [.wouldFail(.invalidCommand): 1])
        #expect(tallies[3]?.sendable == 0 && tallies[3]?.left == [.lapsSpent: 1])
        #expect(tallies[1]?.sendable == 0 && tallies[1]?.left == [:])
    }

    @Test func `the number of groups is bounded, whatever names come`() {
        var report = LetterReport()
        for number in 0..<2_000 { report.take(Letters.own(code: "E\(number)"), .waiting) }
        #expect(report.groups.count <= 502)
        #expect(report.waitingCount == 2_000)
    }

    @Test func `retention is near when less than a fifth of it is left`() {
        let day: Int64 = 86_400_000
        func near(_ age: Int64, retention: String?) -> Bool {
            RetentionGuard(
                retentionMilliseconds: retention,
                oldestWaiting: UnixMilliseconds(0),
                now: UnixMilliseconds(age)
            ).isNear
        }
        #expect(!near(5 * day, retention: "\(7 * day)"))
        #expect(near(6 * day, retention: "\(7 * day)"))
        #expect(near(9 * day, retention: "\(7 * day)"))
        #expect(!near(900 * day, retention: "-1"))
        #expect(!near(900 * day, retention: nil))
        let idle = RetentionGuard(retentionMilliseconds: "1", oldestWaiting: nil, now: UnixMilliseconds(day))
        #expect(!idle.isNear && idle.timeLeft == nil)
    }

    @Test(arguments: 1...200)
    func `an exported line gives every byte back`(_ seed: Int) throws {
        var random = SeededRandom(seed)
        func bytes() -> [UInt8]? {
            guard Int.random(in: 0..<5, using: &random) > 0 else { return nil }
            let isText = Bool.random(using: &random)
            return (0..<Int.random(in: 0...40, using: &random)).map { _ in
                .random(in: isText ? 0x20...0x7E : 0...255, using: &random)
            }
        }
        let record = KafkaRecord(
            position: RecordPosition(TopicPartition(topic: Letters.topic, partition: 2), offset: 9),
            timestamp: Bool.random(using: &random) ? UnixMilliseconds(1_764_064_800_000) : nil,
            key: bytes(),
            value: bytes(),
            headers: RecordHeaders((0..<3).map { RecordHeader(name: HeaderName("h\($0)"), value: bytes()) })
        )
        let line = ExportLine(DeadLetter(record), isExact: true)
        let read = try ExportLine(parsing: line.encoded)
        #expect(read.key == record.key && read.value == record.value, "seed \(seed)")
        #expect(read.headers == record.headers && read.timestamp == record.timestamp, "seed \(seed)")
        #expect(!line.encoded.contains(UInt8(ascii: "\n")), "seed \(seed)")
    }

    @Test func `an exported object can be read and mended`() throws {
        let line = ExportLine(
            DeadLetter(Letters.record(Letters.ownHeaders(), value: #"{ "external_id": "a", "n": 1.50 }"#))
        )
        let object = try JSONParser.parseObject(line.encoded)
        #expect(object["value"]?.objectValue?["external_id"]?.stringValue == "a")
        #expect(object["topic"]?.stringValue == "customer_commands")
        #expect(object["dead_letter"]?.objectValue?["code"]?.stringValue == "rejected")
        #expect(try ExportLine(parsing: line.encoded).value == Letters.text(#"{"external_id":"a","n":1.50}"#))
    }

    @Test(arguments: ["", "[]", "{}", #"{"dead_letter":{},"value":1}"#, #"{"dead_letter":{},"value_base64":"*"}"#])
    func `what is no line of an export is refused`(_ text: String) {
        #expect(throws: ExportLine.Problem.self) { try ExportLine(parsing: Array(text.utf8)) }
    }
}
