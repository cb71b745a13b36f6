import CustomerContract
import JSON
import Kafka
import Records
import Testing

@testable import Producing

@Suite struct RowRulesTests {
    private let place = RowPlace(line: 7, offset: 0)

    private func command(_ text: String, validates: Bool = true) throws -> RowCommand {
        try RowRules(CommandReader(), validates: validates).command(InputRow(self.place, Array(text.utf8)))
    }

    @Test func `the id follows from what is said, not from how`() throws {
        let first = try self.command(#"{"external_id":"a","name":"A","metadata":{"x":"1","y":"2"}}"#)
        let second = try self.command(#"{"metadata":{"y":"2","x":"\u0031"},"email":null,"name":"A","external_id":"a"}"#)
        #expect(first.id == second.id)
        #expect(first.id != (try self.command(#"{"external_id":"a","name":"B","metadata":{"x":"1","y":"2"}}"#).id))
        #expect(first.key == Array("a".utf8))
        #expect(first.id.text.hasPrefix("row-") && first.id.text.utf8.count == 36)
    }

    @Test func `a command is a CloudEvent whose value is untouched`() throws {
        let text = #"{ "external_id" : "a" }"#
        let record = try self.command(text).record(to: "commands")
        let headers = record.headers.map { "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))" }
        #expect(record.value == Array(text.utf8))
        #expect(headers.contains("ce_specversion=1.0") && headers.contains("ce_type=flexprice.customer.create.v1"))
        #expect(headers.contains("content-type=application/json"))
    }

    @Test func `a broken rule is a problem with its code, unless nothing is to be checked`() throws {
        let text = #"{"external_id":"a","email":"x"}"#
        let problem = try #require(throws: RowProblem.self) { try self.command(text) }
        #expect(problem.code == "invalid_command" && problem.message.hasPrefix("email must be"))
        #expect(try self.command(text, validates: false).key == Array("a".utf8))
        #expect(try self.command("{oops", validates: false).key == nil)
    }

    @Test func `a line of an export is the command inside, with its own id and headers`() throws {
        let text =
            #"{"dead_letter":{"position":"d/0/1","dialect":"spring"},"topic":"other","key":"k","headers":["#
            + #"{"name":"ce_id","value":"signup-1"},{"name":"kafka_dlt-original-topic","value":"other"},"#
            + #"{"name":"dlq-error-code","value":"rejected"},{"name":"x","value":"1"}],"value":{"external_id":"a"}}"#
        let command = try self.command(text)
        #expect(command.id == CommandID("signup-1"))
        #expect(command.headers.map(\.name) == ["ce_id", "x"])
        #expect(command.key == Array("a".utf8) && command.value == Array(#"{"external_id":"a"}"#.utf8))
        #expect(command.record(to: "t").headers.count { $0.name == "ce_id" } == 1)
    }

    @Test(arguments: [
        (#"{"external_id":"a","email":"x"}"#, nil as String?), ("a,b", "invalid_csv"), ("{oops", nil),
        (#"{"external_id":"a","contact_persons":"[oops"}"#, "invalid_cell"),
        (#"{"dead_letter":{},"key":"k","headers":[],"value":{"external_id":""}}"#, nil),
    ])
    func `a failure's line fails again as it is, and can be mended`(_ text: String, _ code: String?) throws {
        let row = InputRow(self.place, Array(text.utf8), code.map { RowProblem(code: $0, message: "…") })
        let line = FailureLine.encoded(row, RowProblem(code: "x", message: "why"))
        #expect(throws: RowProblem.self) { try self.command(String(decoding: line, as: UTF8.self)) }
        var mended = try JSONParser.parseObject(line)
        mended["value"] = .object(JSONObject([.init(name: "external_id", value: .string("a"))]))
        #expect(mended["failure"]?.objectValue?["row"] == .number(JSONNumber(7)))
        let command = try self.command(String(decoding: JSONWriter.encode(mended), as: UTF8.self))
        #expect(command.id == (try self.command(#"{"external_id":"a"}"#).id))
    }

    @Test func `a failure written twice has one failure in it`() throws {
        let first = FailureLine.encoded(InputRow(self.place, Array("{}".utf8)), RowProblem(code: "one", message: ""))
        let second = FailureLine.encoded(InputRow(self.place, first), RowProblem(code: "two", message: ""))
        let object = try JSONParser.parseObject(second)
        #expect(object.repeatedNames.isEmpty && object["failure"]?.objectValue?["code"] == .string("two"))
    }
}
