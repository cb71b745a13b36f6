import CustomerContract
import Foundation
import JSON
import Records
import Testing
import Topics

@testable import Producing

@Suite struct ResultsFileTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "results-\(UUID().uuidString)").path

    private func lines() throws -> [ResultLine] {
        let value =
            #"{"status":"created","outcome":"existing","external_id":"a","#
            + #""customer":{"id":"cust_1"},"command":{"id":"c"}}"#
        let record = KafkaRecord(
            position: RecordPosition(topic: "customer_results", partition: 0, offset: 0),
            key: nil,
            value: Array(value.utf8),
            headers: []
        )
        let problem = RowProblem(code: "invalid_command", message: "two\r\nlines, and \"quotes\"")
        return [
            ResultLine(RowPlace(line: 2, offset: 0), try #require(ResultEvent(record))),
            ResultLine(RowPlace(line: 3, offset: 9), "b", status: .skipped, problem),
            ResultLine(RowPlace(line: 4, offset: 9), nil, status: .noResult, nil),
        ]
    }

    @Test func `CSV is what a spreadsheet opens: a byte order mark, a header, quoted cells`() throws {
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        var files = OutputFiles()
        try files.openResults(self.path, .csv)
        for line in try self.lines() { try files.add(line) }
        try files.close()
        #expect(files.results?.count == 3)
        let text = String(decoding: try Data(contentsOf: URL(filePath: self.path)), as: UTF8.self)
        #expect(
            text.unicodeScalars.elementsEqual(
                ("\u{FEFF}line,external_id,status,outcome,customer_id,message\r\n2,a,created,existing,cust_1,\r\n"
                    + "3,b,skipped,invalid_command,,\"two\r\nlines, and \"\"quotes\"\"\"\r\n4,,no_result,,,\r\n")
                    .unicodeScalars
            )
        )
    }

    @Test func `JSON Lines has numbers as numbers and null for what is absent`() throws {
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        var files = OutputFiles()
        try files.openResults(self.path, .jsonl)
        for line in try self.lines() { try files.add(line) }
        try files.close()
        let text = String(decoding: try Data(contentsOf: URL(filePath: self.path)), as: UTF8.self)
        let objects = try text.split(separator: "\n").map { try JSONParser.parseObject(Array($0.utf8)) }
        #expect(objects.map { $0["line"] } == [2, 3, 4].map { .number(JSONNumber($0)) })
        #expect(objects[0]["customer_id"] == .string("cust_1") && objects[0]["message"] == .null)
        #expect(objects[2]["status"] == .string("no_result") && objects[2]["external_id"] == .null)
    }

    @Test func `only a new file is written, in the form that its name says`() throws {
        #expect(ResultLine.Form(ofName: "a/B.CSV") == .csv && ResultLine.Form(ofName: "b.ndjson") == .jsonl)
        #expect(ResultLine.Form(ofName: "c.json") == nil && ResultLine.Form(ofName: "csv") == nil)
        try Data("mine".utf8).write(to: URL(filePath: self.path))
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        var files = OutputFiles()
        let failure = try #require(throws: LineFile.Failure.self) { try files.openResults(self.path, .csv) }
        #expect(failure.description.contains("File exists"))
        #expect(try Data(contentsOf: URL(filePath: self.path)) == Data("mine".utf8))
    }
}
