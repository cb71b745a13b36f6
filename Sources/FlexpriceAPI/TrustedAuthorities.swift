import Records

/// `api.ca_file`: certificate authorities that are trusted in place of the system's.
package struct TrustedAuthorities: Sendable {
    /// Why a file is of no use.
    package struct Unusable: Error, CustomStringConvertible {
        /// A sentence.
        package let description: String
    }

    /// The file's bytes: what is trusted is what was read at the start, whatever becomes of the file.
    let pem: [UInt8]

    /// Every authority of the world fits a hundred times.
    private static let maximumBytes = 64 << 20

    /// Reads every certificate of a PEM file.
    ///
    /// - Throws: ``Unusable`` when it cannot be read or holds no certificate.
    package init(pemFile path: String) throws(Unusable) {
        do throws(FileBytes.Failure) {
            self.pem = try FileBytes(path: path, limit: Self.maximumBytes).bytes
        } catch {
            throw Unusable(description: "\(path) cannot be read: \(error.description); expected certificates (PEM)")
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

/// The certificates in a PEM file (RFC 7468), as far as their outer form tells.
///
/// Whether one can be trusted is for the TLS library to say, with the first connection; this finds the wrong file, the
/// one that was cut off and the one that holds a key.
enum PEMCertificates {
    /// Labels that OpenSSL takes for certificates.
    private static let labels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]

    /// How many certificates there are; `nil` when one of them is damaged.
    ///
    /// Text outside the blocks, and blocks with other labels, are ignored.
    static func count(in pem: [UInt8]) -> Int? {
        var count = 0
        // The label of the certificate that the lines belong to, and what it holds so far.
        var (open, base64) = (String?.none, "")
        for line in pem.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let text = String(decoding: line, as: UTF8.self)
            if let label = Self.label(of: text, "-----BEGIN ") {
                if open != nil { return nil }
                if Self.labels.contains(label) { (open, base64) = (label, "") }
            } else if let label = Self.label(of: text, "-----END ") {
                guard open != nil else { continue }
                guard label == open, let der = Base64.decode(base64), Self.isCertificate(der) else { return nil }
                count += 1
                open = nil
            } else if open != nil {
                base64 += text.filter { !$0.isWhitespace }
            }
        }
        return open == nil ? count : nil
    }

    private static func label(of line: String, _ start: String) -> String? {
        guard line.hasPrefix(start), line.hasSuffix("-----"), line.utf8.count >= start.utf8.count + 5 else {
            return nil
        }
        return String(line.dropFirst(start.count).dropLast(5))
    }

    /// X.509 (RFC 5280, section 4.1): a sequence of what is signed, the algorithm and the signature.
    private static func isCertificate(_ der: [UInt8]) -> Bool {
        guard let outer = Self.element(der[...], tag: 0x30),
            let signed = Self.element(outer.content, tag: 0x30), let algorithm = Self.element(signed.rest, tag: 0x30),
            let signature = Self.element(algorithm.rest, tag: 0x03)
        else { return false }
        return !signed.content.isEmpty && !signature.content.isEmpty && signature.rest.isEmpty
    }

    /// The first element of DER, with a definite length (X.690, section 8.1.3), and what follows it.
    private static func element(
        _ bytes: ArraySlice<UInt8>,
        tag: UInt8
    ) -> (content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard bytes.count >= 2, bytes.first == tag else { return nil }
        var rest = bytes.dropFirst(2)
        var length = Int(bytes[bytes.startIndex + 1])
        if length >= 0x80 {
            // Up to four bytes of length: none of these is larger.
            let count = length & 0x7f
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard rest.count >= length else { return nil }
        return (rest.prefix(length), rest.dropFirst(length))
    }
}
