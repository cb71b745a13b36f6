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
        for offset in 0..<5 { report.take(Letters.own(code: "rejected", offset: Int64(offset)), isSentBack: false) }
        report.take(Letters.own(code: "rejected", laps: 1), isSentBack: false)
        report.take(Letters.own(code: "rejected"), isSentBack: true)
        report.take(DeadLetter(Letters.record([])), isSentBack: false)
        #expect(report.count == 8 && report.waitingCount == 7)
        #expect(report.sorted.map(\.tally.count) == [5, 1, 1, 1])
        #expect(report.sorted.first?.tally.samples.map(\.offset) == [0, 1, 2])
    }

    @Test func `the number of groups is bounded, whatever names come`() {
        var report = LetterReport()
        for number in 0..<2_000 { report.take(Letters.own(code: "E\(number)"), isSentBack: false) }
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
