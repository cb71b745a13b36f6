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

    private static let remedy = "no broker answers; start it, or correct kafka.brokers in the configuration file"

    private static var check: TextTable {
        var table = TextTable(columns: ["check", "state", "found", "remedy"], longestCell: 40)
        table.append(["broker", "failed", "127.0.0.1:9092: connection refused by the host", Self.remedy])
        table.append(["topic customer_commands", "ok", "3 partitions", ""])
        return table
    }

    @Test func `without a terminal a row is a line, and a long cell is cut`() {
        let lines = Self.check.text(width: nil).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasSuffix("  no broker answers; start it, or correct…"))
    }

    @Test func `a longer cell than the aligned ones pushes its own row aside`() {
        var table = TextTable(columns: ["key", "value", "origin"], longestCell: .max, alignedCell: 6)
        table.append(["a", "1", "default"])
        table.append(["b", "a long list", "file"])
        #expect(table.text(width: nil) == "KEY  VALUE   ORIGIN\na    1       default\nb    a long list  file\n")
    }

    @Test func `on a terminal that has room the table is as wide as it comes, and nothing is cut`() {
        let lines = Self.check.text(width: 200).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasSuffix(Self.remedy))
    }

    @Test func `on a narrower one sentences are wrapped, and codes stay whole`() {
        #expect(
            Self.check.text(width: 80) == """
                CHECK                    STATE   FOUND                    REMEDY
                broker                   failed  127.0.0.1:9092:          no broker answers;
                                                 connection refused by    start it, or correct
                                                 the host                 kafka.brokers in the
                                                                          configuration file
                topic customer_commands  ok      3 partitions

                """
        )
    }

    @Test(arguments: 1...120)
    func `no line is wider than the terminal, and every word is there`(_ width: Int) {
        let text = Self.check.text(width: width)
        #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= width })
        guard width >= 40 else { return }
        let words = Set(text.split { $0 == " " || $0 == "\n" })
        #expect(Self.remedy.split(separator: " ").allSatisfy { words.contains($0) })
    }

    @Test func `columns that are less important leave first, to be written below`() {
        var table = TextTable(
            columns: ["count", "code", "source", "headers", "sample"],
            secondary: ["headers", "source"]
        )
        table.append(["12", "idempotency_conflict", "customer_commands", "customer-worker", "3/17"])
        #expect(
            table.text(width: 60) == """
                COUNT  CODE                  SOURCE             SAMPLE
                12     idempotency_conflict  customer_commands  3/17
                    headers: customer-worker

                """
        )
        #expect(
            table.text(width: 40) == """
                COUNT  CODE                  SAMPLE
                12     idempotency_conflict  3/17
                    source: customer_commands, headers:
                    customer-worker

                """
        )
    }

    @Test func `wide characters are counted as two columns`() {
        var table = TextTable(columns: ["external_id", "code"])
        table.append(["顧客-1", "created"])
        table.append(["acct_1", "created"])
        #expect(table.text(width: nil) == "EXTERNAL_ID  CODE\n顧客-1       created\nacct_1       created\n")
    }

    @Test func `a row that must be one line is cut, but its numbers are not`() {
        var table = TextTable(columns: ["topic", "partition", "lag"], longestCell: .max)
        table.append(["customer_commands", "11", "1234567890"])
        #expect(table.cut(to: 80)[1] == "customer_commands  11         1234567890")
        #expect(table.cut(to: 32)[1] == "customer…  11         1234567890")
        #expect(table.cut(to: 24) == ["TOPIC          PARTITION", "customer_com…  11"])
        #expect(table.cut(to: 4) == ["TOP…", "cus…"])
    }
}
