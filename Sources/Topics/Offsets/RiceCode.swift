/// Rice's code of natural numbers: the quotient by a power of two in unary, then the rest in bits.
///
/// Of numbers whose count and sum are known it takes no more than ``bits(count:sum:)``, whatever they are: so what a
/// set would take can be told without looking at it.
package enum RiceCode {
    /// The exponent with which numbers of that count and sum take the fewest bits, as far as these two tell.
    static func exponent(count: Int, sum: Int64) -> Int {
        guard count > 0, sum >= Int64(count) else { return 0 }
        return Int64.bitWidth - 1 - (sum / Int64(count)).leadingZeroBitCount
    }

    /// An upper bound of the bits that `count` numbers of this sum take; it grows with either.
    ///
    /// With the exponent k each takes 1 + k bits and its quotient, and the quotients are together at most sum / 2^k. Of
    /// all k ``exponent(count:sum:)`` makes this the least, so that fewer numbers, or smaller ones, never take more.
    package static func bits(count: Int, sum: Int64) -> Int {
        guard count > 0 else { return 0 }
        let exponent = self.exponent(count: count, sum: sum)
        return count * (1 + exponent) + Int(sum >> Int64(exponent))
    }
}

/// Writes bits as text, six to a character (RFC 4648, section 5), the highest first.
struct SixBitWriter {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private(set) var text: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingCount = 0

    /// Appends the lowest bits of a number, at most 63.
    mutating func append(_ value: Int64, bits: Int) {
        var rest = bits
        while rest > 0 {
            let part = min(rest, 32)
            rest -= part
            self.pending = self.pending << UInt64(part) | (UInt64(bitPattern: value) >> UInt64(rest)) & (1 << part - 1)
            self.pendingCount += part
            self.flush()
        }
    }

    /// Appends a number in Rice's code.
    mutating func append(_ value: Int64, exponent: Int) {
        var quotient = value >> Int64(exponent)
        while quotient >= 32 {
            self.append(1 << 32 - 1, bits: 32)
            quotient -= 32
        }
        self.append((1 << (quotient + 1)) - 2, bits: Int(quotient) + 1)
        self.append(value, bits: exponent)
    }

    /// Fills the last character with zeros.
    mutating func end() {
        if self.pendingCount > 0 { self.append(0, bits: 6 - self.pendingCount) }
    }

    private mutating func flush() {
        while self.pendingCount >= 6 {
            self.pendingCount -= 6
            self.text.append(Self.alphabet[Int(self.pending >> UInt64(self.pendingCount) & 63)])
        }
    }
}

/// Reads what ``SixBitWriter`` wrote; whatever else it is given, it reads nothing, and never traps.
struct SixBitReader {
    private let text: ArraySlice<UInt8>
    private var index: Int
    private var current: UInt8 = 0
    private var left = 0

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        self.index = text.startIndex
    }

    /// The next `bits` bits, at most 63, as a number; `nil` when fewer are left.
    mutating func read(bits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<bits {
            guard let bit = self.bit() else { return nil }
            value = value << 1 | bit
        }
        return value
    }

    /// The next number in Rice's code; `nil` when there is none, or one of more than 63 bits.
    mutating func read(exponent: Int) -> Int64? {
        var quotient: Int64 = 0
        while true {
            guard let bit = self.bit() else { return nil }
            if bit == 0 { break }
            quotient += 1
        }
        guard exponent < 63, quotient <= Int64.max >> Int64(exponent), let rest = self.read(bits: exponent) else {
            return nil
        }
        return quotient << Int64(exponent) | rest
    }

    /// Whether only the zeros are left that fill the last character.
    var isAtEnd: Bool { self.index == self.text.endIndex && self.current & (1 << self.left - 1) == 0 }

    private mutating func bit() -> Int64? {
        if self.left == 0 {
            guard self.index < self.text.endIndex, let value = Self.values[Int(self.text[self.index])] else {
                return nil
            }
            (self.current, self.left, self.index) = (value, 6, self.index + 1)
        }
        self.left -= 1
        return Int64(self.current >> UInt8(self.left) & 1)
    }

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, character) in SixBitWriter.alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
