import Records
import Testing

@Suite struct RecordHeadersTests {
    private static let headers: RecordHeaders = [
        RecordHeader(name: "a", value: [1]), RecordHeader(name: "b", value: nil), RecordHeader(name: "A", text: "x"),
        RecordHeader(name: "a", text: "é"), RecordHeader(name: "c", value: [0xff]), RecordHeader(name: "d", value: []),
    ]

    @Test func `the last header of a name counts`() {
        #expect(Self.headers["a"] == Array("é".utf8))
        #expect(Self.headers.text("a") == "é")
        #expect(Self.headers["A"] == Array("x".utf8))
        #expect(Self.headers["e"] == nil)
        let hidden: RecordHeaders = [RecordHeader(name: "a", value: [1]), RecordHeader(name: "a", value: nil)]
        #expect(hidden["a"] == nil)
    }

    @Test func `null, empty and absent are told apart`() {
        #expect(Self.headers["b"] == nil)
        #expect(Self.headers.has("b"))
        #expect(Self.headers["d"] == [])
        #expect(Self.headers.text("d")?.isEmpty == true)
        #expect(!Self.headers.has("e"))
        #expect(Self.headers.text("c") == nil)
    }

    @Test func `case is minded unless it is asked not to be`() {
        let headers: RecordHeaders = ["Content-Type": "first", "CONTENT-TYPE": "last", "content-types": "longer"]
        #expect(headers["content-type"] == nil)
        #expect(headers[ignoringCase: "content-type"] == Array("last".utf8))
        // The Kelvin sign is no letter K.
        #expect(!HeaderName("\u{212a}ey").isSameIgnoringCase("key"))
    }

    @Test(arguments: [("caf\u{e9}", "cafe\u{301}"), ("\u{212a}", "K"), ("\u{37e}", ";")])
    func `names that are canonically equivalent are two names`(left: String, right: String) {
        #expect(left == right)
        #expect(HeaderName(left) != HeaderName(right))
        #expect(Set([HeaderName(left), HeaderName(right), HeaderName(left)]).count == 2)
        let headers: RecordHeaders = [RecordHeader(name: HeaderName(left), text: "x")]
        #expect(headers[HeaderName(right)] == nil)
    }

    @Test func `headers are added at the end, and chosen in their order`() {
        var headers: RecordHeaders = ["a": "1", "b": "2"]
        headers.append(RecordHeader(name: "a", text: "3"))
        headers.append(contentsOf: [RecordHeader(name: "c", text: "4")])
        #expect(headers.map(\.name) == ["a", "b", "a", "c"])
        #expect(headers.filter { $0.name == "a" } == ["a": "1", "a": "3"])
        #expect(headers.byteCount == 4 * 66)
        #expect(RecordHeaders().byteCount == 0)
    }

    @Test func `a record knows its place and its weight`() {
        let record = KafkaRecord(
            position: RecordPosition(topic: "t", partition: 3, offset: 7),
            key: [1, 2],
            value: nil,
            headers: ["ab": "c"]
        )
        #expect(record.topicPartition == TopicPartition(topic: "t", partition: 3))
        #expect(record.offset == 7)
        #expect(record.byteCount == 2 + 3 + 64)
    }
}
