import CustomerContract
import JSON
import Kafka
import Records
import Testing

@testable import Producing

@Suite struct RowComparisonTests {
    private func subject(_ id: UInt64, _ payload: UInt64) -> RowComparison.Subject {
        RowComparison.Subject(externalID: id, payload: payload)
    }

    @Test func `the first row of an external_id decides, whatever follows`() {
        var comparison = RowComparison()
        let verdicts = [(1, 10), (2, 10), (1, 10), (1, 11), (1, 10), (1, 12)].enumerated().map { index, row in
            comparison.compare(self.subject(row.0, row.1), number: index + 1)
        }
        #expect(
            verdicts == [.new, .new, .repeated, .conflicting(with: 1), .repeated, .conflicting(with: 1)]
        )
    }

    @Test func `beyond the bound the remembered ones are still compared, and the others counted`() {
        var comparison = RowComparison(limit: 2)
        for id in 1...4 { _ = comparison.compare(self.subject(UInt64(id), 0), number: id) }
        let beyond = comparison.compare(self.subject(4, 1), number: 5)
        let within = comparison.compare(self.subject(2, 1), number: 6)
        #expect(beyond == .new && within == .conflicting(with: 2))
        #expect(comparison.uncomparedCount == 3)
    }

    private func survey(_ lines: [String], validates: Bool = true) throws -> (InputSurvey, [String]) {
        let rules = RowRules(CommandReader(), validates: validates)
        let request = ProduceRequest(commandTopic: "c", resultTopic: "r", rules: rules)
        let text = Array(lines.joined(separator: "\n").utf8)
        let operation = ProduceOperation(
            request,
            try file(text, name: "c.jsonl"),
            .jsonl,
            ClientProperties(brokers: "127.0.0.1:9")
        )
        var bad: [String] = []
        let survey = try operation.survey(into: OutputFiles()) {
            bad.append("\($0): \($1.code): \($1.message)")
        }
        return (survey, bad)
    }

    private static let lines = [
        #"{"external_id":"a","name":"A"}"#, #"{"external_id":"b"}"#, #"{"name":"A","external_id":"a","email":null}"#,
        #"{"external_id":"a","name":"B"}"#, #"{"external_id":"b","name":"b"}"#,
    ]

    @Test func `a file's conflicting rows are bad, and its repetitions by the worker's rule are counted`() throws {
        let (survey, bad) = try self.survey(Self.lines)
        #expect(survey.rowCount == 5 && survey.badCount == 1)
        // The name of the second row is its external_id, as the worker sends it.
        #expect(survey.repeatedCount == 2)
        #expect(bad == ["4: conflicting_row: row 1 has the same external_id and says something else; keep one of them"])
    }

    @Test func `nothing is compared when nothing is to be checked`() throws {
        let (survey, bad) = try self.survey(Self.lines, validates: false)
        #expect(survey.badCount == 0 && survey.repeatedCount == 0 && bad.isEmpty)
    }

    @Test func `the second pass leaves out the same rows`() throws {
        let request = ProduceRequest(commandTopic: "c", resultTopic: "r", rules: RowRules(CommandReader()))
        let input = try file(Array(Self.lines.joined(separator: "\n").utf8), name: "c.jsonl")
        var batches = RowBatches(try CommandRows(input, .jsonl, maximumBytes: 1 << 16), request)
        #expect(try batches.next().map(\.place.line) == [1, 2, 3, 5])
        #expect(batches.badCount == 1)
    }

    @Test func `unknown fields are counted with their first row and the nearest field`() throws {
        let (survey, bad) = try self.survey([
            #"{"external_id":"a"}"#, #"{"external_id":"b","emial":"x"}"#, #"{"external_id":"c","emial":"y","zebra":1}"#,
            #"{"external_id":"d","country":"DE"}"#,
        ])
        #expect(bad.isEmpty)
        let found = survey.unknownFields.sorted.map { "\($0.name) \($0.count) \($0.firstRow) \($0.nearest ?? "-")" }
        #expect(found == ["emial 2 2 email", "zebra 1 3 -", "country 1 4 address_country"])
    }

    @Test func `a file of ever new fields costs no memory without bound`() {
        var fields = UnknownFields()
        for number in 0..<1_000 { fields.take(["zz\(number)"], row: number + 1) }
        #expect(fields.sorted.count == 100 && fields.otherCount == 900)
    }
}
