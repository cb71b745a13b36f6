import Testing

@testable import Producing

@Suite struct CSVRowsTests {
    @Test(arguments: ["\n", "\r\n", "\r"])
    func `rows end with LF, CR LF or CR, and a line is counted once`(_ end: String) throws {
        let found = try rows(["external_id,name", "a,A", "", "b,B", "c,C"].joined(separator: end), .csv)
        #expect(
            found.map(\.string) == ["a", "b", "c"].map { #"{"external_id":"\#($0)","name":"\#($0.uppercased())"}"# }
        )
        #expect(found.map(\.place.line) == [2, 4, 5])
    }

    @Test func `a quoted cell may hold commas, quotes and ends of lines, and the next row has its own line`() throws {
        let found = try rows("name,external_id\n\"a, \"\"b\"\"\r\nc\",x\ny,z\n", .csv)
        #expect(
            found.map(\.string) == [#"{"name":"a, \"b\"\r\nc","external_id":"x"}"#, #"{"name":"y","external_id":"z"}"#]
        )
        #expect(found.map(\.place.line) == [2, 4])
    }

    @Test func `a byte order mark is passed over, and empty cells are absent`() throws {
        let found = try rows("\u{FEFF}external_id,email,metadata.a,metadata.b\nx,,\"\",\n", .csv)
        #expect(found.map(\.string) == [#"{"external_id":"x"}"#])
    }

    @Test func `entries of the metadata, truth and lists get the shape that the field wants`() throws {
        let header = "external_id,metadata.plan,skip_onboarding_workflow,contact_persons,metadata.Größe\n"
        let found = try rows(header + #"x,pro,TRUE,"[{""first_name"":""A""}]",7"#, .csv)
        let wanted =
            #"{"external_id":"x","skip_onboarding_workflow":true,"contact_persons":[{"first_name":"A"}],"#
            + #""metadata":{"plan":"pro","Größe":"7"}}"#
        #expect(found.map(\.string) == [wanted])
    }

    @Test(arguments: [
        (#"x,a"b"#, "name has a quote inside"), (#"x,"a"b"#, "name goes on behind its closing quote"),
        ("x", "has 1 cell and the header has 2"), ("x,y,z", "has 3 cells and the header has 2"),
    ])
    func `what is not well formed is a bad row, and the next one is read`(_ row: String, _ reason: String) throws {
        let found = try rows("external_id,name\n\(row)\nz,Z\n", .csv)
        let problem = try #require(found.first?.problem)
        #expect(problem.code == "invalid_csv" && problem.message.hasPrefix(reason))
        #expect(found.first?.string == row)
        #expect(found.last?.problem == nil && found.last?.place.line == 3)
    }

    @Test func `bytes that are not UTF-8 and cells that are not JSON are bad rows with their column`() throws {
        let latin = Array("external_id,name\nx,M".utf8) + [0xFC] + Array("ller\n".utf8)
        #expect(try rows(latin, .csv).first?.problem?.message.hasPrefix("name is not UTF-8") == true)
        let cell = try rows("external_id,tax_rate_overrides\nx,[1\n", .csv)
        #expect(cell.first?.problem?.code == "invalid_cell")
    }

    @Test func `an overlong row is passed over to its end`() throws {
        let found = try rows(
            "external_id,name\nx,\(String(repeating: "y", count: 200))\nz,Z\n",
            .csv,
            maximumBytes: 100
        )
        #expect(found.map(\.problem?.code) == ["payload_too_large", nil])
    }

    @Test(arguments: [
        ("external_id,emial\n", "column 2, emial, is no field of a command; did you mean email?"),
        ("external_id,Country\n", "did you mean address_country?"), ("id\n", "did you mean external_id?"),
        ("external_id,metadata plan\n", "did you mean metadata.plan?"), ("external_id,\n", "column 2 has no name"),
        ("external_id,meta[plan]\n", "did you mean metadata.plan?"), ("name\n", "there is no column external_id"),
        ("external_id,name,name\n", "column 3 is name again"), ("external_id;name\n", "separated by ;"),
        ("external_id\tname\n", "separated by tabs"),
        ("external_id,metadata,metadata.a\n", "write the metadata in one way"),
        ("external_id,name\nx,\"y\n", "2: a quote that opens in the row of this line is not closed"), ("", "is empty"),
    ])
    func `a file that cannot be understood is refused as a whole`(_ text: String, _ reason: String) throws {
        let failure = try #require(throws: InputFailure.self) { try rows(text, .csv) }
        #expect(failure.description.contains(reason))
    }

    @Test func `a row is found again at its place`() throws {
        let text =
            "external_id,name\n"
            + (0..<5_000).map { "id\($0),\"\(String(repeating: "n\n", count: $0 % 7))\"\n" }.joined()
        var source = try CommandRows(file(Array(text.utf8)), .csv, maximumBytes: 1 << 16)
        var all: [InputRow] = []
        while let row = try source.next() { all.append(row) }
        #expect(all.count == 5_000)
        for index in stride(from: 4_999, through: 0, by: -613) {
            #expect(try source.row(at: all[index].place) == all[index])
        }
    }
}
