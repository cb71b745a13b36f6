import CustomerContract
import Testing

@Suite struct FieldDigestsTests {
    @Test(arguments: [
        (#""email":"a@b.co""#, #""email":"a@c.co""#, ["email"]), (#""email":"a@b.co""#, "\"x\":1", ["email", "x"]),
        (#""metadata":{"a":"1","b":"2"}"#, #""metadata":{"b":"2","a":"1"}"#, []), (#""name":"a""#, #""name":null"#, []),
        (#""x":1.0,"y":{}"#, #""y":{},"x":1"#, []),
        (#""z":1,"address_city":"x","é":1"#, #""address_city":"y""#, ["address_city", "z", "é"]),
        (#""x":{"y":[1,2]}"#, #""x":{"y":[1,3]}"#, ["x"]),
    ])
    func `the fields that differ are named, sorted`(left: String, right: String, names: [String]) throws {
        let left = try command(bodyWith(left)).fieldDigests
        let right = try command(bodyWith(right)).fieldDigests
        #expect(left.differingFields(from: right) == names)
        #expect(right.differingFields(from: left) == names)
    }

    @Test(arguments: [
        (#"{"external_id":"a","email":"x","email":"y"}"#, #"{"external_id":"a","email":"x","email":"y"}"#, []),
        (#"{"external_id":"a","email":"x","email":"y"}"#, #"{"email":"x","external_id":"a","email":"z"}"#, ["email"]),
        (#"{"external_id":"a","email":"x","email":"y"}"#, #"{"external_id":"a","email":"y"}"#, ["email"]),
        (#"{"external_id":"a","x":1,"x":2}"#, #"{"external_id":"a","x":1,"x":2}"#, []),
    ])
    func `a field that was sent twice is named once, and only if it differs`(
        _ left: String,
        _ right: String,
        _ names: [String]
    ) throws {
        let left = try command(left, mode: .envelope).fieldDigests
        let right = try command(right, mode: .envelope).fieldDigests
        #expect(left.differingFields(from: right) == names)
        #expect(right.differingFields(from: left) == names)
    }

    @Test func `the encoding is read back and stays compact`() throws {
        let digests = try command(sampleBody).fieldDigests
        #expect(FieldDigests(encoded: digests.encoded) == digests)
        #expect(digests.encoded.count == 1 + 10 * 5)
    }

    @Test func `the encoding is fixed for good`() throws {
        // Version 1; external_id (1), name (2) and the unknown x, each with FNV-1a of `"NAME":VALUE`.
        let digests = try command(#"{"external_id":"a","x":1}"#).fieldDigests
        #expect(
            digests.encoded == [
                0x01, 0x01, 0xeb, 0x93, 0x33, 0x67, 0x02, 0xb7, 0x57, 0x48, 0x03, 0x00, 0x01, 0x78, 0x56, 0x60, 0xe5,
                0x0a,
            ]
        )
    }

    @Test(
        arguments: [
            [], [0], [2], [1, 1], [1, 1, 0, 0, 0], [1, 200, 0, 0, 0, 0], [1, 0], [1, 0, 3, 0x61],
            [1, 0, 1, 0x61, 0, 0, 0], [1, 255, 0],
        ] as [[UInt8]]
    )
    func `a damaged encoding is refused`(encoded: [UInt8]) {
        #expect(FieldDigests(encoded: encoded) == nil)
    }

    @Test func `names of any length and number keep the encoding bounded`() throws {
        let long = String(repeating: "n", count: 300)
        let one = try command(bodyWith("\"\(long)\":1")).fieldDigests
        let two = try command(bodyWith("\"\(long)\":2")).fieldDigests
        #expect(one.differingFields(from: two) == ["(other fields)"])
        #expect(one.encoded.count < 30)
        func many(_ last: Int) throws -> FieldDigests {
            try command(bodyWith((0..<65).map { "\"u\($0)\":\($0 == 64 ? last : 0)" }.joined(separator: ",")))
                .fieldDigests
        }
        #expect(try many(1).differingFields(from: many(2)) == ["(other fields)"])
        #expect(try many(1).encoded.count < 30)
        #expect(FieldDigests(encoded: try many(1).encoded) == (try many(1)))
    }
}
