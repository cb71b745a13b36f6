import Foundation
import Records
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of the RFC go both ways`(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func `bytes of every value and length agree with Foundation and come back`() throws {
        for length in 0..<300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
            let encoded = Base64.encode(bytes)
            try #require(encoded == Data(bytes).base64EncodedString())
            try #require(Base64.decode(encoded) == bytes)
        }
    }

    @Test(arguments: ["Zg", "Zg=", "Z===", "Zm9v\n", "Zm9 v", "Zg==Zg==", "Zh==", "Zm9=", "Zm-v", "====", "é==="])
    func `another spelling is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
