import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct DialectTests {
    @Test(arguments: Dialect.allCases)
    func `a sample of each dialect tells where the command stood`(_ dialect: Dialect) {
        let letter = DeadLetter(Letters.record(dialect.sample))
        #expect(letter.dialect == dialect)
        #expect(letter.source?.topic == "orders")
        // Watermill tells neither partition nor offset.
        #expect(letter.source?.partition == (dialect == .watermill ? nil : 3))
        #expect(letter.source?.offset == (dialect == .watermill ? nil : 1_207))
    }

    @Test(arguments: [Dialect.spring, .connect, .streams, .smallrye])
    func `the dialects of the JVM name the exception that is at the bottom`(_ dialect: Dialect) {
        let letter = DeadLetter(Letters.record(dialect.sample))
        #expect(letter.kind == "java.lang.IllegalStateException")
        #expect(letter.reason == "Listener failed")
    }

    @Test(arguments: [Dialect.spring, .connect, .karafka, .watermill])
    func `who gave it up is told`(_ dialect: Dialect) {
        #expect(DeadLetter(Letters.record(dialect.sample)).group == "billing")
    }

    @Test func `our own headers tell everything`() {
        let letter = Letters.own(code: "retries_exhausted", laps: 2)
        #expect(letter.kind == "retries_exhausted")
        #expect(letter.isRetryable == true)
        #expect(letter.redriveCount == 2)
        #expect(letter.commandID == "signup-1")
        #expect(letter.failedAt?.description == "2026-11-23T10:00:00.000Z")
        #expect(letter.firstFailedAt?.description == "2026-11-22T10:00:00.000Z")
    }

    @Test(arguments: Dialect.allCases, Dialect.allCases)
    func `of two dialects in one record the one that wrote last counts`(_ first: Dialect, _ second: Dialect) {
        let letter = DeadLetter(Letters.record(first.sample + second.sample))
        #expect(letter.dialect == second)
    }

    @Test func `a record without any of these headers has no source`() {
        let letter = DeadLetter(Letters.record([("kafka_dlt-exception-message", Letters.text("lonely"))]))
        #expect(letter.dialect == nil)
        #expect(letter.source == nil)
    }

    @Test(arguments: ["", "-1", "+1", "1.0", "99999999999", " 1", "x"])
    func `a partition in text that is none is absent`(_ text: String) {
        var headers = Letters.connectHeaders
        headers[1] = ("__connect.errors.partition", Letters.text(text))
        #expect(DeadLetter(Letters.record(headers)).source?.partition == nil)
        #expect(DeadLetter(Letters.record(headers)).source?.offset == 1_207)
    }

    @Test(
        arguments: [[], [3], [0, 0, 3], [0, 0, 0, 0, 3], [0xFF, 0xFF, 0xFF, 0xFF], Array("0003x".utf8)] as [[UInt8]]
    )
    func `a partition in bytes that is none is absent`(_ bytes: [UInt8]) {
        var headers = Letters.springHeaders
        headers[4] = ("kafka_dlt-original-partition", bytes)
        #expect(DeadLetter(Letters.record(headers)).source?.partition == nil)
    }

    @Test func `bytes that are not UTF-8 and values of null are survived`() {
        for dialect in Dialect.allCases {
            let names = dialect.sample.map(\.0)
            #expect(DeadLetter(Letters.record(names.map { ($0, [0xFF, 0xFE]) })).source == nil)
            #expect(DeadLetter(Letters.record(names.map { ($0, nil) })).source == nil)
        }
    }

    @Test func `Karafka keys dead letters by partition, and the command's own key comes back`() {
        #expect(DeadLetter(Letters.record(Letters.karafkaHeaders, key: "3")).commandKey == Letters.text("acct_1"))
        var headers = Letters.karafkaHeaders
        headers[5] = ("source_key", [])
        #expect(DeadLetter(Letters.record(headers, key: "3")).commandKey == nil)
    }

    @Test func `the replay tool of Flexprice counts under another name`() {
        let replayed = Letters.watermillHeaders + [("replay_count", Letters.text("2"))]
        #expect(DeadLetter(Letters.record(replayed)).redriveCount == 2)
    }
}
