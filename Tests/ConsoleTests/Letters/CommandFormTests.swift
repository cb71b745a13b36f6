import CustomerContract
import JSON
import Records
import Redrive
import Testing
import Topics

@testable import Console

@Suite struct CommandFormTests {
    private static func form(_ body: String) throws -> CommandForm {
        CommandForm(try JSONParser.parseObject(Array(body.utf8)))
    }

    /// What a browser sends when the operator changes nothing, and then these changes.
    private static func submitted(_ form: CommandForm, _ changes: [String: String?] = [:]) -> [String: String] {
        var values: [String: String] = ["field.other": form.others]
        for field in form.fields where field.kind != .entries { values[field.control] = field.shown }
        for (row, entry) in form.entries.enumerated() {
            values["metadata.\(row).key"] = entry.key
            values["metadata.\(row).value"] = entry.shown
        }
        // Line ends of a text area, and the empty row for a new entry.
        values["metadata.\(form.entries.count).key"] = ""
        values["metadata.\(form.entries.count).value"] = ""
        values = values.mapValues { $0.replacing("\n", with: "\r\n") }
        for (name, value) in changes { values[name] = value }
        return values
    }

    private static func edited(_ body: String, _ changes: [String: String?] = [:]) throws -> CommandForm.Edited {
        let form = try self.form(body)
        let values = self.submitted(form, changes)
        return form.edited { values[$0] }
    }

    private static func patch(_ body: String, _ changes: [String: String?] = [:]) throws -> String? {
        try self.edited(body, changes).patch.map { String(decoding: JSONWriter.encode($0), as: UTF8.self) }
    }

    /// Every kind of field, and what is odd.
    private static let body =
        #"{"external_id":"a","name":"Acme","email":null,"metadata":{"plan":"x","n":null},"#
        + #""x_custom":12345678901234567890,"#
        + #""tax_rate_overrides":[{"rate":1.50}],"skip_onboarding_workflow":true,"x_tag":{"a":[1e3]},"contact":""}"#

    @Test(arguments: [
        Self.body, #"{}"#, #"{"name":"a\nb","email":"\u202e","metadata":{"k\u0000":"v"}}"#, #"{"metadata":"text"}"#,
        #"{"name":{"a":1},"email":["x"],"contact":true,"metadata":{"a":{"b":1}}}"#, #"{"x":null,"name":"  a  "}"#,
        #"{"x":1,"x":2}"#, #"{"metadata":{"a":"1","a":"2"}}"#,
    ])
    func `what is left as it is changes nothing`(_ body: String) throws {
        let edited = try Self.edited(body)
        #expect(edited.problems.isEmpty)
        #expect(edited.patch == nil)
    }

    @Test(
        arguments: [
            (["field.name": "New"], #"{"name":"New"}"#), (["field.name": ""], #"{"name":null}"#),
            (["remove.contact": "1"], #"{"contact":null}"#),
            (["field.address_country": "IN"], #"{"address_country":"IN"}"#),
            (["field.skip_onboarding_workflow": "false"], #"{"skip_onboarding_workflow":false}"#),
            (["field.skip_onboarding_workflow": " "], #"{"skip_onboarding_workflow":null}"#),
            (["field.tax_rate_overrides": "[{\"rate\":1.500}]"], #"{"tax_rate_overrides":[{"rate":1.500}]}"#),
            (["metadata.0.value": "y"], #"{"metadata":{"plan":"y"}}"#),
            (["metadata.0.key": ""], nil),
            (["metadata.0.key": "", "metadata.0.value": ""], #"{"metadata":{"plan":null}}"#),
            (["metadata.0.key": "tier"], #"{"metadata":{"plan":null,"tier":"x"}}"#),
            (["metadata.1.value": "1"], #"{"metadata":{"n":"1"}}"#),
            (["metadata.2.key": "new", "metadata.2.value": "z"], #"{"metadata":{"new":"z"}}"#),
            (
                ["field.other": #"{"x_custom":12345678901234567891,"x_tag":{"a":[1e3]}}"#],
                #"{"x_custom":12345678901234567891}"#
            ),
            (["field.other": #"{"x_custom":12345678901234567890,"x_tag":{"b":1}}"#], #"{"x_tag":{"a":null,"b":1}}"#),
            (["field.other": ""], #"{"x_custom":null,"x_tag":null}"#),
        ] as [([String: String], String?)]
    )
    func `a change becomes the smallest merge patch`(_ changes: [String: String], _ patch: String?) throws {
        #expect(try Self.patch(Self.body, changes.mapValues { Optional($0) }) == patch)
    }

    @Test func `the patch makes of the command what was submitted, byte for byte`() throws {
        let patch = try #require(try Self.patch(Self.body, ["field.name": "N", "metadata.0.value": "y"]))
        var edits = CommandEdits()
        try edits.patch(Array(patch.utf8))
        let result = try #require(edits.applied(to: Array(Self.body.utf8), isStructuredEvent: false))
        let expected = Self.body.replacing("Acme", with: "N").replacing(#""plan":"x""#, with: #""plan":"y""#)
        #expect(String(decoding: JSONWriter.encode(result), as: UTF8.self) == expected)
    }

    @Test func `a number where a text must be becomes that text, with its spelling`() throws {
        let body = #"{"external_id":"a","address_postal_code":0.50e1,"metadata":{"n":1.0}}"#
        #expect(try Self.patch(body) == #"{"address_postal_code":"0.50e1","metadata":{"n":"1.0"}}"#)
    }

    @Test func `what a page cannot show is edited as escapes, and comes back`() throws {
        let form = try Self.form(#"{"name":"a\u202eb\u0007\nc","x":"\u2028\ud83d\ude00"}"#)
        let name = try #require(form.fields.first { $0.name == "name" })
        #expect(name.kind == .json)
        #expect(name.shown == #""a\u202eb\u0007\nc""#)
        #expect(form.others == "{\n  \"x\": \"\\u2028😀\"\n}")
        #expect(
            form.edited { $0 == name.control ? "New" : nil }.patch
                == JSONObject([.init(name: "name", value: .string("New"))])
        )
        #expect(form.edited { $0 == name.control ? #""a\u0007""# : nil }.patch?["name"] == .string("a\u{7}"))
        #expect(form.edited { $0 == name.control ? "" : nil }.patch?["name"] == .null)
    }

    @Test func `of a repeated name one is left once it is edited, and with the form as it is`() throws {
        let body = #"{"external_id":"a","email":"x@y.z","email":"x@y.z"}"#
        let patch = try #require(try Self.patch(body))
        #expect(patch == #"{"email":"x@y.z"}"#)
        let applied = MergePatch(try JSONParser.parseObject(Array(patch.utf8)))
            .applied(to: try JSONParser.parseObject(Array(body.utf8)))
        #expect(String(decoding: JSONWriter.encode(applied), as: UTF8.self) == #"{"external_id":"a","email":"x@y.z"}"#)
    }

    @Test(arguments: [
        (["field.tax_rate_overrides": "[1,"], "tax_rate_overrides"), (["field.other": "[]"], "other"),
        (["field.other": #"{"emial":"x"}"#], "other"), (["field.other": #"{"name":"x"}"#], "other"),
        (["metadata.0.key": ""], "metadata"), (["metadata.1.key": "plan"], "metadata"),
    ])
    func `what cannot be read is a problem of its field, and nothing is changed`(
        _ changes: [String: String],
        _ field: String
    ) throws {
        let edited = try Self.edited(Self.body, changes.mapValues { Optional($0) })
        #expect(edited.problems.map(\.field) == [field])
        #expect(edited.patch == nil)
    }

    @Test func `an unknown field is added on purpose only`() throws {
        let other = #"{"x_custom":12345678901234567890,"x_tag":{"a":[1e3]},"emial":"x"}"#
        #expect(try Self.edited(Self.body, ["field.other": other]).problems.count == 1)
        let patch = try Self.patch(Self.body, ["field.other": other, "allow_unknown": "1"])
        #expect(patch == #"{"emial":"x"}"#)
    }

    @Test func `fields that were not sent stay`() throws {
        let form = try Self.form(Self.body)
        #expect(form.edited { $0 == "field.name" ? "N" : nil }.patch?.members.map(\.name) == ["name"])
    }

    @Test func `in a structured event the command is the data, and what is no object has no form`() throws {
        let structured = Letters.own(
            0,
            value: #"{"specversion":"1.0","data":{"external_id":"a","name":"N"}}"#,
            more: [("content-type", "application/cloudevents+json")]
        )
        #expect(CommandForm(structured)?.fields.first { $0.name == "name" }?.shown == "N")
        for value in ["[]", "{", "{\"a\":1}x"] { #expect(CommandForm(Letters.own(0, value: value)) == nil) }
        #expect(CommandForm(Letters.own(0, value: nil)) == nil)
    }
}
