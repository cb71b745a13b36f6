import JSON
import Testing

@testable import Operations

@Suite struct TextTableTests {
    @Test func `a column of numbers has numbers in the JSON, null for none, and words as they are`() throws {
        var table = TextTable(columns: ["topic", "partitions"], numbers: ["partitions"])
        for cell in ["6", "-", "", "default", "1.5", "1,000"] { table.append(["12", cell]) }
        let rows = try #require(try JSONParser.parse(Array(table.json.utf8)).arrayValue).compactMap(\.objectValue)
        #expect(rows.allSatisfy { $0["topic"] == .string("12") })
        #expect(
            rows.map { $0["partitions"] } == [
                .number(JSONNumber(6)), .null, .null, .string("default"),
                JSONNumber(spelling: "1.5").map { .number($0) },
                .string("1,000"),
            ]
        )
    }
}
