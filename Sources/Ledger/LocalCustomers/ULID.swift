/// Makes identifiers that sort by the time they were made: 48 bits of milliseconds, 80 bits of chance
/// (github.com/ulid/spec), in 26 characters of Crockford's alphabet.
///
/// Within a millisecond the random part counts up, so that a batch stays in order and asks for random numbers once.
struct ULIDGenerator: Sendable {
    private var milliseconds: UInt64 = 0
    private var high: UInt16 = 0
    private var low: UInt64 = 0

    /// The next identifier for a moment in milliseconds since 1970; a moment before 1970 counts as 1970.
    mutating func next(at moment: Int64) -> ULID {
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
        return ULID(milliseconds: self.milliseconds, high: self.high, low: self.low)
    }
}

/// One identifier: 26 characters of Crockford's alphabet when it is written.
struct ULID: Sendable, Hashable {
    let milliseconds: UInt64
    let high: UInt16
    let low: UInt64

    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    /// Appends the characters.
    func append(to bytes: inout [UInt8]) { bytes.append(addingCapacity: 26) { self.append(to: &$0) } }

    /// Appends the characters to memory that is there.
    func append(to output: inout OutputSpan<UInt8>) {
        let alphabet = Self.alphabet.utf8Start
        for shift in stride(from: 45, through: 0, by: -5) {
            output.append(alphabet[Int(self.milliseconds >> UInt64(shift) & 31)])
        }
        // Eighty bits: the highest sixteen, and with the last of them the first of the others.
        let high = UInt64(self.high) << 4 | self.low >> 60
        for shift in stride(from: 15, through: 0, by: -5) { output.append(alphabet[Int(high >> UInt64(shift) & 31)]) }
        for shift in stride(from: 55, through: 0, by: -5) {
            output.append(alphabet[Int(self.low >> UInt64(shift) & 31)])
        }
    }
}
