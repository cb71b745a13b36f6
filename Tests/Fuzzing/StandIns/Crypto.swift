/// Stands in for swift-crypto, whose BoringSSL takes longer to compile than all that is fuzzed.
///
/// 32 bytes that depend on every byte of the text, and no SHA-256: the code under test asks for no more, and a short
/// hash lets the fuzzer run faster.
public struct SHA256 {
    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9
    )

    /// A hash of nothing yet.
    public init() {}

    /// Adds bytes.
    public mutating func update(bufferPointer buffer: UnsafeRawBufferPointer) {
        for byte in buffer {
            self.lanes.0 = (self.lanes.0 ^ UInt64(byte)) &* 0x100_0000_01b3
            self.lanes.1 = (self.lanes.1 ^ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c55
            self.lanes.2 = (self.lanes.2 &+ UInt64(byte)) &* 0xff51_afd7_ed55_8ccd
            self.lanes.3 = (self.lanes.3 ^ (self.lanes.3 >> 29) ^ UInt64(byte)) &* 0xbf58_476d_1ce4_e5b9
        }
    }

    /// The 32 bytes.
    public func finalize() -> [UInt8] {
        [self.lanes.0, self.lanes.1, self.lanes.2, self.lanes.3].flatMap { lane in
            (0..<8).map { UInt8(truncatingIfNeeded: lane >> (8 * $0)) }
        }
    }

    /// The 32 bytes of a whole text.
    public static func hash(data: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        data.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize()
    }
}
