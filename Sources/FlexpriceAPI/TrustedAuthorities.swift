import Foundation

/// `api.ca_file`: certificate authorities that are trusted in place of the system's.
package struct TrustedAuthorities: Sendable {
    /// Why a file is of no use.
    package struct Unusable: Error, CustomStringConvertible {
        /// A sentence.
        package let description: String
    }

    /// The file's bytes: what is trusted is what was read at the start, whatever becomes of the file.
    let pem: [UInt8]

    /// Reads every certificate of a PEM file.
    ///
    /// - Throws: ``Unusable`` when it cannot be read or holds no certificate.
    package init(pemFile path: String) throws(Unusable) {
        do {
            self.pem = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Unusable(description: "\(path) cannot be read: \(error.localizedDescription)")
        }
        // libcurl would tell of a damaged file with the first request only.
        switch PEMCertificates.count(in: self.pem) {
        case nil:
            throw Unusable(
                description: "\(path) has a certificate that is damaged or cut off; expected PEM, from BEGIN to END"
            )
        case 0?:
            throw Unusable(
                description: "\(path) holds no certificate; expected PEM, with a line -----BEGIN CERTIFICATE-----"
            )
        default: break
        }
    }
}
