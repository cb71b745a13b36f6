import CustomerContract
import JSON
import Testing

@testable import Redrive

@Suite struct MergePatchTests {
    /// The cases of RFC 7386, appendix A, whose patch and target are objects.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        (#"{"a":"text"}"#, #"{"a":{"b":1,"c":null}}"#, #"{"a":{"b":1}}"#),
    ])
    func `it does what RFC 7386 says`(_ target: String, _ patch: String, _ result: String) throws {
        let patched = MergePatch(try JSONParser.parseObject(Array(patch.utf8)))
            .applied(to: try JSONParser.parseObject(Array(target.utf8)))
        #expect(String(decoding: JSONWriter.encode(patched), as: UTF8.self) == result)
    }

    @Test(arguments: [
        (#"{"a":1,"b":{"c":1,"d":2}}"#, #"{"a":1.0,"b":{"c":1,"e":[null]}}"#, #"{"a":1.0,"b":{"d":null,"e":[null]}}"#),
        (#"{"a":1}"#, #"{}"#, #"{"a":null}"#), (#"{"a":null}"#, #"{"a":null}"#, nil),
        (#"{"a":null}"#, #"{}"#, #"{"a":null}"#),
        (#"{"a":"x"}"#, #"{"a":{"b":1}}"#, #"{"a":{"b":1}}"#), (#"{"a":{}}"#, #"{"a":{}}"#, nil),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#, #"{"a":2}"#), (#"{"a":1,"a":2}"#, #"{"a":1,"a":2}"#, nil),
        (#"{"a":{"b":1},"a":{"b":1}}"#, #"{"a":{"b":1}}"#, #"{"a":{}}"#),
    ])
    func `a patch between two objects makes of the one the other`(_ old: String, _ new: String, _ patch: String?) throws
    {
        let (before, after) = (try JSONParser.parseObject(Array(old.utf8)), try JSONParser.parseObject(Array(new.utf8)))
        let found = MergePatch.between(before, after)
        #expect(found.map { String(decoding: JSONWriter.encode($0), as: UTF8.self) } == patch)
        #expect(MergePatch(found ?? JSONObject()).applied(to: before) == after)
    }

    private static func edited(_ change: (inout CommandEdits) throws -> Void) throws -> String? {
        var edits = CommandEdits()
        try change(&edits)
        let value = #"{"external_id":"a","big":12345678901234567890,"metadata":{"plan":"x","x":"y"}}"#
        return edits.applied(to: Array(value.utf8), isStructuredEvent: false).map {
            String(decoding: JSONWriter.encode($0), as: UTF8.self)
        }
    }

    @Test func `digits are a text unless they are said to be JSON`() throws {
        let text = try Self.edited { try $0.set("address_postal_code=411001") }
        #expect(text?.contains(#""address_postal_code":"411001""#) == true)
        let number = try Self.edited { try $0.set("skip_onboarding_workflow:=true") }
        #expect(number?.contains(#""skip_onboarding_workflow":true"#) == true)
        let equals = try Self.edited { try $0.set("name=a=b") }
        #expect(equals?.contains(#""name":"a=b""#) == true)
    }

    @Test func `an entry of the metadata is set and removed alone, and the rest stays byte for byte`() throws {
        let edited = try Self.edited {
            try $0.set("metadata.plan=gold")
            $0.unset("metadata.x")
        }
        #expect(edited == #"{"external_id":"a","big":12345678901234567890,"metadata":{"plan":"gold"}}"#)
    }

    @Test func `later changes see earlier ones`() throws {
        let edited = try Self.edited {
            try $0.patch(Array(#"{"name":"Acme","big":null,"metadata":null}"#.utf8))
            try $0.set("name=Other")
        }
        #expect(edited == #"{"external_id":"a","name":"Other"}"#)
    }

    @Test(arguments: ["name", "=x", ":=1", "a:=", "a:={"])
    func `what is no assignment is refused`(_ text: String) {
        var edits = CommandEdits()
        #expect(throws: CommandEdits.Problem.self) { try edits.set(text) }
        #expect(edits.isEmpty)
    }
    @Test(arguments: [
        ("adress_country=IN", "address_country"), ("External_ID=a", "external_id"), ("metdata.plan=x", nil),
        ("country_address=IN", "address_country"), ("favourite_colour:=1", nil),
    ])
    func `a field that commands do not have is refused, with the nearest that they have`(
        _ assignment: String,
        _ nearest: String?
    ) throws {
        var edits = CommandEdits()
        try edits.set(assignment)
        let error = #expect(throws: CommandEdits.UnknownField.self) { try edits.checkFields() }
        #expect(error?.nearest == nearest)
        #expect(error?.description.contains(nearest ?? "expected one of address_city") == true)
    }

    @Test func `known fields, entries of the metadata and what is removed are taken`() throws {
        var edits = CommandEdits()
        try edits.set("address_country=IN")
        try edits.set("metadata.anything=x")
        try edits.set("adress_country:=null")
        try edits.patch(Array(#"{"tax_treatment":"exempt","nick_name":null}"#.utf8))
        edits.unset("adress_city")
        try edits.checkFields()
        try edits.patch(Array(#"{"nick_name":"x"}"#.utf8))
        #expect(throws: CommandEdits.UnknownField.self) { try edits.checkFields() }
    }
}
