import CustomerContract
import JSON
import Testing

@Suite struct FingerprintTests {
    private func fingerprint(_ body: String) throws -> Fingerprint {
        Fingerprint(of: try JSONParser.parseObject(Array(body.utf8)))
    }

    @Test(arguments: [
        (#"{"a":"1","b":"2"}"#, #"{ "b" : "2", "a" : "1" }"#), (#"{"a":"x","b":null}"#, #"{"a":"x"}"#),
        (#"{"m":{"x":"1","y":{"z":null,"w":"2"}}}"#, #"{"m":{"y":{"w":"2"},"x":"1"}}"#),
        (#"{"a":"\u00e9\/"}"#, #"{"a":"é/"}"#),
        (#"{"n":1}"#, #"{"n":1.0}"#), (#"{"n":1}"#, #"{"n":1e0}"#), (#"{"n":1}"#, #"{"n":10e-1}"#),
        (#"{"n":1}"#, #"{"n":0.01E+2}"#),
        (#"{"n":0}"#, #"{"n":-0.00e99999999999999999999}"#), (#"{"n":1500}"#, #"{"n":1.5e3}"#),
        (#"{"n":-2.50}"#, #"{"n":-25E-01}"#),
        (#"{"n":1e0000000000000000000002}"#, #"{"n":100}"#), (#"{"n":0.1}"#, #"{"n":1e-1}"#),
        (#"{"n":1e99999999999999999999}"#, #"{"n":1.0E+99999999999999999999}"#),
    ])
    func `spellings of the same content have one fingerprint`(left: String, right: String) throws {
        #expect(try fingerprint(left) == fingerprint(right))
    }

    @Test(arguments: [
        (#"{"a":"1"}"#, #"{"a":1}"#), (#"{"a":""}"#, "{}"), (#"{"a":[]}"#, "{}"), (#"{"a":{}}"#, "{}"),
        (#"{"a":"x"}"#, #"{"a":"x "}"#),
        (#"{"a":"x"}"#, #"{"A":"x"}"#), (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#), (#"{"a":[null]}"#, #"{"a":[]}"#),
        (#"{"a":true}"#, #"{"a":"true"}"#),
        (#"{"n":12345678901234567890}"#, #"{"n":12345678901234567891}"#),
        (#"{"n":0.1}"#, #"{"n":0.10000000000000000000001}"#),
        (#"{"n":1}"#, #"{"n":-1}"#), (#"{"n":1e10}"#, #"{"n":1e-10}"#),
        (#"{"n":1e99999999999999999999}"#, #"{"n":1e99999999999999999998}"#),
        (#"{"n":1e99999999999999999999}"#, #"{"n":1e-99999999999999999999}"#),
        (#"{"n":1.5e99999999999999999999}"#, #"{"n":15e99999999999999999999}"#),
        (#"{"a":"1","b":"2"}"#, #"{"a":"1\",\"b\":\"2"}"#), (#"{"a":false}"#, "{}"),
    ])
    func `different contents have different fingerprints`(left: String, right: String) throws {
        #expect(try fingerprint(left) != fingerprint(right))
    }

    @Test func `a command without name equals one whose name is the external_id`() throws {
        let implicit = try command(#"{"external_id":"a"}"#)
        let explicit = try command(#"{"name":"a","external_id":"a"}"#)
        #expect(implicit.fingerprint == explicit.fingerprint)
        #expect(implicit.fieldDigests == explicit.fieldDigests)
        #expect(implicit.fingerprint != (try command(#"{"name":"b","external_id":"a"}"#).fingerprint))
    }

    /// The hashes were computed apart, with `sha256sum` over the canonical text that stands beside each.
    @Test(arguments: [
        // {"external_id":"a","name":"a"}
        (#"{"external_id":"a"}"#, "sha256:ba1809a53b4c22642472a144ec93528976b53d4e957ad13dc64f1f6297a03d28"),
        // {"external_id":"é\"\u0001","m":{"a":"x","b":[1,null,15e2,-5e-2]},"name":"n"}
        (
            #"{"m":{"b":[1.0,null,1500,-0.05],"a":"x","c":null},"name":"n","external_id":"\u00e9\"\u0001"}"#,
            "sha256:ee4d2e77db00607df4a54c706b64f916f3be5af819913d937c59221d654a401d"
        ),
    ])
    func `the fingerprint is SHA-256 over the canonical form, for good`(body: String, text: String) throws {
        #expect(try command(body).fingerprint.description == text)
    }

    @Test func `a fingerprint is made from its 32 bytes and from no other number of them`() throws {
        let fingerprint = try fingerprint("{}")
        #expect(fingerprint.bytes.count == 32)
        #expect(Fingerprint(bytes: fingerprint.bytes) == fingerprint)
        #expect(Fingerprint(bytes: []) == nil)
        #expect(Fingerprint(bytes: fingerprint.bytes + [0]) == nil)
        #expect(fingerprint.description == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    }
}
