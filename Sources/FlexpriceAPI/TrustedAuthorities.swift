import Foundation
import NIOSSL

/// `api.ca_file`: certificate authorities that are trusted in place of the system's.
public struct TrustedAuthorities: Sendable {
    /// Why a file is of no use.
    public struct Unusable: Error, CustomStringConvertible {
        /// A sentence.
        public let description: String
    }

    /// The file's bytes: what is trusted is what was read at the start, whatever becomes of the file.
    let pem: [UInt8]

    /// Reads every certificate of a PEM file.
    ///
    /// - Throws: ``Unusable`` when it cannot be read or holds no certificate.
    public init(pemFile path: String) throws(Unusable) {
        do {
            self.pem = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            // libcurl would tell of a damaged file with the first request only.
            if try NIOSSLCertificate.fromPEMBytes(self.pem).isEmpty { throw NoCertificate() }
        } catch is NoCertificate {
            throw Unusable(description: "\(path) holds no certificate")
        } catch {
            throw Unusable(description: "\(path) cannot be read as certificates in PEM: \(error)")
        }
    }

    private struct NoCertificate: Error {}
}
