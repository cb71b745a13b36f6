import CCrypto

/// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto: a plain value, so that a digest allocates nothing but its result.
package struct SHA256: Sendable {
    private var context = SHA256_CTX()

    /// Of no bytes yet.
    package init() {
        SHA256_Init(&self.context)
    }

    /// Adds bytes behind those that were added before.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&self.context, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes behind those that were added before.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.update($0) }
    }

    /// The 32 bytes of the digest; more bytes can be added afterwards.
    package var digest: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { buffer, count in
            self.finish(UnsafeMutableRawBufferPointer(buffer))
            count = Int(SHA256_DIGEST_LENGTH)
        }
    }

    /// Writes the 32 bytes of the digest; more bytes can be added afterwards.
    package func finish(_ digest: UnsafeMutableRawBufferPointer) {
        precondition(digest.count >= Int(SHA256_DIGEST_LENGTH))
        // Finishing changes the context.
        var context = self.context
        SHA256_Final(digest.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
    }

    /// The digest of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.digest
    }
}
