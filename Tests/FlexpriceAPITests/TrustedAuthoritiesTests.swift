import Foundation
import Testing

@testable import FlexpriceAPI

/// A file of certificates that is of no use is refused at the start, with the reason.
@Suite struct TrustedAuthoritiesTests {
    /// The outer form of a certificate: what is signed, an algorithm, a signature.
    private static let certificate = "MAowAgUAMAADAgBB"

    private static func block(_ base64: String, label: String = "CERTIFICATE") -> String {
        "-----BEGIN \(label)-----\n\(base64)\n-----END \(label)-----\n"
    }

    private func refusal(of text: String) throws -> String? {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).pem")
        try Data(text.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        do {
            _ = try TrustedAuthorities(pemFile: path.path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        block(certificate), block(certificate, label: "X509 CERTIFICATE"),
        "# a comment\n\n\(block(certificate))text between\n\(block(certificate))",
        block(certificate).replacing("\n", with: "\r\n"),
        // A key beside it is nobody's business here.
        block("not base64 at all", label: "PRIVATE KEY") + block(certificate),
    ])
    func `certificates are found wherever they stand`(text: String) throws {
        #expect(try self.refusal(of: text) == nil)
    }

    @Test(arguments: ["", "nothing of the kind\n", block(certificate, label: "PRIVATE KEY")])
    func `a file without a certificate is refused`(text: String) throws {
        let refusal = try #require(try self.refusal(of: text))
        #expect(refusal.contains("holds no certificate"), "\(refusal)")
    }

    @Test(arguments: [
        // Cut off: in a line, before its end, and where another block begins.
        "-----BEGIN CERTIFICATE-----\nMAowAg", "-----BEGIN CERTIFICATE-----\n\(certificate)\n",
        "-----BEGIN CERTIFICATE-----\n\(certificate)\n" + block(certificate, label: "X"),
        // No base64; no DER; of another form; shorter than it says.
        block("M?owAgUAMAADAgBB"), block("QUJD"), block("MAA="), block("MAswAgUAMAADAgBB"), block(""),
        block(certificate) + block("QUJD"),
    ])
    func `a damaged certificate is refused`(text: String) throws {
        let refusal = try #require(try self.refusal(of: text))
        #expect(refusal.contains("damaged or cut off"), "\(refusal)")
    }

    @Test func `a file that is not there is refused, with its path`() {
        #expect {
            try TrustedAuthorities(pemFile: "/nowhere/ca.pem")
        } throws: { error in
            "\(error)".hasPrefix("/nowhere/ca.pem cannot be read")
        }
    }

    @Test func `a real certificate is one`() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Processes/certificates/ca.pem").path
        #expect(PEMCertificates.count(in: try TrustedAuthorities(pemFile: path).pem) == 1)
    }
}
