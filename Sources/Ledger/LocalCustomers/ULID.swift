/// Makes identifiers that sort by the time they were made: 48 bits of milliseconds, 80 bits of chance
/// (github.com/ulid/spec), in 26 characters of Crockford's alphabet.
///
/// Within a millisecond the random part counts up, so that a batch stays in order and asks for random numbers once.
struct ULIDGenerator: Sendable {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private var milliseconds: UInt64 = 0
    private var high: UInt16 = 0
    private var low: UInt64 = 0

    /// The next identifier for a moment in milliseconds since 1970; a moment before 1970 counts as 1970.
    mutating func next(at moment: Int64) -> String {
        let moment = UInt64(clamping: moment) & 0xFFFF_FFFF_FFFF
        if moment > self.milliseconds {
            self.milliseconds = moment
            self.high = UInt16.random(in: .min ... .max)
            self.low = UInt64.random(in: .min ... .max)
        } else {
            // The clock did not move, or went back: the last moment is kept, or order would be lost.
            self.low &+= 1
            if self.low == 0 { self.high &+= 1 }
        }
        return self.text()
    }

    private func text() -> String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var time = self.milliseconds
            for index in stride(from: 9, through: 0, by: -1) {
                buffer[index] = Self.alphabet[Int(time & 31)]
                time >>= 5
            }
            var low = self.low
            var high = self.high
            for index in stride(from: 25, through: 10, by: -1) {
                buffer[index] = Self.alphabet[Int(low & 31)]
                low = low >> 5 | UInt64(high & 31) << 59
                high >>= 5
            }
            return 26
        }
    }
}
