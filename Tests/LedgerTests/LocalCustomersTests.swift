import CustomerContract
import JSON
import Records
import Testing

@testable import Ledger

@Suite struct LocalCustomersTests {
    private static let moment = UnixMilliseconds(1_795_341_600_042)

    private static func made(_ body: String, mode: ValidationMode = .full) throws -> JSONObject {
        let customers = LocalCustomers(environmentID: "env_1")
        return try JSONParser.parseObject(customers.make(command(body, mode: mode), at: Self.moment).json)
    }

    @Test func `a customer has all fields of the API's answer, in its order`() throws {
        let customer = try Self.made(
            #"{"address_city":"San Francisco","address_country":"US","address_line1":"548 Market St","#
                + #""address_line2":"","address_postal_code":"94104","address_state":"CA","email":"billing@acme.co","#
                + #""external_id":"acct_8412","metadata":{"plan":"pro"},"name":"Acme","skip_onboarding_workflow":true,"#
                + #""later":1}"#
        )
        let id = try #require(customer["id"]?.stringValue)
        let expected =
            #"{"id":"\#(id)","external_id":"acct_8412","name":"Acme","email":"billing@acme.co","#
            + #""address_line1":"548 Market St","address_line2":"","address_city":"San Francisco","#
            + #""address_state":"CA","address_postal_code":"94104","address_country":"US","timezone":"UTC","#
            + #""metadata":{"plan":"pro"},"environment_id":"env_1","tenant_id":"","status":"published","#
            + #""created_at":"2026-11-22T10:00:00.042Z","updated_at":"2026-11-22T10:00:00.042Z","created_by":"","#
            + #""updated_by":""}"#
        #expect(String(decoding: JSONWriter.encode(customer), as: UTF8.self) == expected)
    }

    @Test func `a customer of nothing but an id has that for a name, and the rest empty`() throws {
        let customer = try Self.made(#"{"external_id":"a"}"#)
        #expect(
            customer.members.map(\.name) == [
                "id", "external_id", "name", "email", "address_line1", "address_line2", "address_city", "address_state",
                "address_postal_code", "address_country", "timezone", "metadata", "environment_id", "tenant_id",
                "status",
                "created_at", "updated_at", "created_by", "updated_by",
            ]
        )
        #expect(customer["name"] == .string("a"))
        #expect(customer["email"] == .string(""))
        #expect(customer["address_country"] == .string(""))
        #expect(customer["metadata"] == .null)
    }

    @Test(arguments: [
        (#"{"external_id":"a"}"#, "null"), (#"{"external_id":"a","metadata":null}"#, "null"),
        (#"{"external_id":"a","metadata":{}}"#, "{}"),
        (#"{"external_id":"a","metadata":{"b":"1","a":null}}"#, #"{"b":"1","a":""}"#),
    ])
    func `metadata is null when it was not sent, and a null in it is empty text`(body: String, stored: String) throws {
        let metadata = try #require(try Self.made(body)["metadata"])
        #expect(String(decoding: JSONWriter.encode(metadata), as: UTF8.self) == stored)
    }

    @Test(arguments: [
        (#"{"external_id":"a","contact":null}"#, nil), (#"{"external_id":"a","contact":""}"#, ""),
        (#"{"external_id":"a","contact":"+49 30 1"}"#, "+49 30 1"),
    ])
    func `a contact is there when it was sent`(body: String, stored: String?) throws {
        #expect(try Self.made(body)["contact"]?.stringValue == stored)
    }

    @Test(arguments: [
        (#"{"external_id":"a","timezone":null}"#, "UTC"), (#"{"external_id":"a","timezone":""}"#, "UTC"),
        (#"{"external_id":"a","timezone":"Asia/Kolkata"}"#, "Asia/Kolkata"),
    ])
    func `a customer without a time zone is in UTC`(body: String, stored: String) throws {
        #expect(try Self.made(body)["timezone"]?.stringValue == stored)
    }

    @Test func `ids are ULIDs in Crockford's alphabet, and carry the time`() throws {
        let id = try #require(try Self.made(#"{"external_id":"a"}"#)["id"]?.stringValue)
        #expect(id.hasPrefix("cust_"))
        let ulid = id.dropFirst(5)
        #expect(ulid.count == 26)
        #expect(ulid.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) })
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let time = ulid.prefix(10).reduce(Int64(0)) { $0 << 5 | Int64(alphabet.firstIndex(of: $1) ?? 0) }
        #expect(time == Self.moment.value)
    }

    @Test func `ids ascend in the order of making, within a millisecond too and when the clock goes back`() {
        var generator = ULIDGenerator()
        let moments: [Int64] = [5, 5, 5, 7, 3, 3, 7, 8, -1, 0, .min, 9, 1_795_341_600_042]
        let ids = (0..<1_000).flatMap { _ in moments.map { Self.text(generator.next(at: $0)) } }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ids.allSatisfy { $0.utf8.count == 26 })
    }

    @Test(arguments: [Int64.min, -1, 0, 0xFFFF_FFFF_FFFF, .max])
    func `any clock gives an id of the right shape`(moment: Int64) {
        var generator = ULIDGenerator()
        let id = Self.text(generator.next(at: moment))
        #expect(id.utf8.count == 26)
        #expect(id < "8")
    }

    private static func text(_ id: ULID) -> String {
        var bytes: [UInt8] = []
        id.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `ids made from many tasks at once are all different`() async throws {
        let customers = LocalCustomers()
        let command = try command(#"{"external_id":"a"}"#)
        let ids = await withTaskGroup(of: [CustomerDocument].self) { group in
            for _ in 0..<10 {
                group.addTask { (0..<200).map { _ in customers.make(command, at: Self.moment) } }
            }
            return await group.reduce(into: Set<CustomerDocument>()) { $0.formUnion($1) }
        }
        #expect(ids.count == 2_000)
    }
}
