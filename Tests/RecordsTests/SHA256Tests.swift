import Testing

@testable import Records

@Suite struct SHA256Tests {
    /// The examples of FIPS 180-4 (csrc.nist.gov, «Examples with Intermediate Values», SHA256.pdf), and no bytes.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func knownDigests(text: String, hexadecimal: String) {
        #expect(Self.hexadecimal(SHA256.digest(of: Array(text.utf8))) == hexadecimal)
    }

    @Test func partsGiveTheDigestOfTheWhole() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        for cut in [0, 1, 63, 64, 65, 999, 1_000] {
            var hash = SHA256()
            hash.update(Array(bytes[..<cut]))
            _ = hash.digest
            hash.update(Array(bytes[cut...]))
            #expect(hash.digest == SHA256.digest(of: bytes), "cut at \(cut)")
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
