import NIOSSL

/// `api.ca_file`: certificate authorities that are trusted in place of the system's.
public struct TrustedAuthorities: Sendable {
    /// Why a file is of no use.
    public struct Unusable: Error, CustomStringConvertible {
        /// A sentence.
        public let description: String
    }

    let certificates: [NIOSSLCertificate]

    /// Reads every certificate of a PEM file.
    ///
    /// - Throws: ``Unusable`` when it cannot be read or holds no certificate.
    public init(pemFile path: String) throws(Unusable) {
        do {
            self.certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw Unusable(description: "\(path) cannot be read as certificates in PEM: \(error)")
        }
        if self.certificates.isEmpty { throw Unusable(description: "\(path) holds no certificate") }
    }

    /// TLS for a client that trusts these alone, and verifies certificate and name.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(self.certificates)
        return configuration
    }
}
