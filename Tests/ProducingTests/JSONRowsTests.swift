import Testing

@testable import Producing

@Suite struct JSONRowsTests {
    @Test func `lines are rows with their numbers, and empty ones are passed over`() throws {
        let found = try rows("\u{FEFF}{\"a\":1}\r\n\n  \n{\"b\"\n{\"c\":3}", .jsonl)
        #expect(found.map(\.string) == [#"{"a":1}"#, #"{"b""#, #"{"c":3}"#])
        #expect(found.map(\.place.line) == [1, 4, 5])
    }

    @Test func `elements are cut by brackets and quotes alone`() throws {
        let text = #" [ {"a":"]},\"{"} , [1,[2]],3 ,"x\\",null,{"# + "\n" + #""b":{}}]"#
        let found = try rows(text, .json)
        #expect(found.map(\.string) == [#"{"a":"]},\"{"}"#, "[1,[2]]", "3", #""x\\""#, "null", "{\n\"b\":{}}"])
        #expect(found.map(\.place.number) == [1, 2, 3, 4, 5, 6])
        #expect(found.last?.place.description == "1 (element 6)")
        #expect(try rows(" [ ] ", .json).isEmpty)
    }

    @Test(arguments: [
        (#"[{"a":1}"#, "ends within the array"), (#"[{"a":1},"#, "ends within the array"),
        ("[1,]", "expected element 2"),
        ("[1 2]", "expected a comma or ] behind element 1"), ("[1] 2", "something follows the array"),
        ("{}", "expected ["),
    ])
    func `an array that is broken is refused`(_ text: String, _ reason: String) throws {
        let failure = try #require(throws: InputFailure.self) { try rows(text, .json) }
        #expect(failure.description.contains(reason))
    }

    @Test func `an overlong row is passed over, in lines and arrays`() throws {
        let long = #"{"a":"\#(String(repeating: "x", count: 100))"}"#
        #expect(try rows("\(long)\n{}\n", .jsonl, maximumBytes: 50).map(\.problem?.code) == ["payload_too_large", nil])
        #expect(try rows("[\(long),{}]", .json, maximumBytes: 50).map(\.problem?.code) == ["payload_too_large", nil])
    }

    @Test func `a row is found again at its place`() throws {
        let text = "[" + (0..<3_000).map { "\n{\"external_id\":\"\($0)\"}" }.joined(separator: ",") + "]"
        var source = try CommandRows(file(Array(text.utf8)), .json, maximumBytes: 1 << 16)
        var all: [InputRow] = []
        while let row = try source.next() { all.append(row) }
        for index in [2_999, 0, 1_500] { #expect(try source.row(at: all[index].place) == all[index]) }
    }

    @Test(arguments: [
        ("a.jsonl", "[", InputFormat.jsonl), ("a.NDJSON", "", .jsonl), ("a.csv", "{", .csv), ("a.json", " [", .json),
        ("a.json", "{", .jsonl), ("standard input", "{", .jsonl), ("a.txt", "[", .json), ("a.txt", "external_id", .csv),
    ])
    func `the format follows from the name or the first character`(
        _ name: String,
        _ text: String,
        _ format: InputFormat
    ) throws {
        #expect(try InputFormat(of: file(Array(text.utf8), name: name)) == format)
    }
}
