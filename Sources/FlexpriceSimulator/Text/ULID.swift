/// Universally unique, lexicographically sortable identifiers: 26 characters of Crockford's base 32.
enum ULID {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Makes an identifier from the time and 80 random bits.
    static func make(at time: UnixNanoseconds) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(milliseconds: UInt64(max(0, time.value / 1_000_000)), using: &generator)
    }

    /// Makes an identifier from the low 48 bits of `milliseconds` and 80 bits of `generator`.
    static func make(milliseconds: UInt64, using generator: inout some RandomNumberGenerator) -> String {
        // 128 bits are 26 digits of five bits; the first digit holds the three highest.
        let high = milliseconds << 16 | generator.next() & 0xFFFF
        let low: UInt64 = generator.next()
        var digits: [UInt8] = []
        digits.reserveCapacity(26)
        for shift in stride(from: 125, through: 0, by: -5) {
            let bits = shift >= 64 ? high >> (shift - 64) : low >> shift | (shift > 59 ? high << (64 - shift) : 0)
            digits.append(alphabet[Int(bits & 31)])
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
