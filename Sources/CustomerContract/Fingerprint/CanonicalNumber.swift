import JSON
import Records

/// The exact decimal value of a JSON number as text, the same for every spelling of it.
///
/// `1`, `1.0`, `1e0` and `10e-1` become `1`; 1500 becomes `15e2`; 0.05 becomes `5e-2`; every zero becomes `0`:
/// significant digits without leading or trailing zeros, and the power of ten behind them when it is not 0. No binary
/// floating point is involved, so numbers that differ stay different however long they are.
enum CanonicalNumber {
    /// Appends the canonical text of a number that follows the grammar of RFC 8259.
    static func append(_ spelling: String, to bytes: inout [UInt8]) {
        spelling.withBytes { append($0, to: &bytes) }
    }

    private static func append(_ spelling: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var digits: [UInt8] = []
        var fractionDigits = 0
        var inFraction = false
        var index = spelling.startIndex
        let isNegative = spelling.first == UInt8(ascii: "-")
        if isNegative { index += 1 }
        mantissa: while index < spelling.endIndex {
            switch spelling[index] {
            case UInt8(ascii: "."): inFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break mantissa
            case let digit:
                if inFraction { fractionDigits += 1 }
                if digit != UInt8(ascii: "0") || !digits.isEmpty { digits.append(digit) }
            }
            index += 1
        }
        guard !digits.isEmpty else {
            bytes.append(UInt8(ascii: "0"))
            return
        }
        var trailingZeros = 0
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            trailingZeros += 1
        }
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        bytes.append(contentsOf: digits)
        appendExponent(spelling[index...], shiftedBy: trailingZeros - fractionDigits, to: &bytes)
    }

    /// Appends the power of ten: what the spelling says after its `e`, and what the mantissa's zeros add.
    private static func appendExponent(
        _ spelling: Slice<UnsafeBufferPointer<UInt8>>,
        shiftedBy shift: Int,
        to bytes: inout [UInt8]
    ) {
        var written = spelling.dropFirst()
        let isNegative = written.first == UInt8(ascii: "-")
        if isNegative || written.first == UInt8(ascii: "+") { written = written.dropFirst() }
        written = written.drop { $0 == UInt8(ascii: "0") }
        guard written.count <= 15 else {
            // An exponent of more than 15 digits is not computed but kept as written, apart from the mantissa's shift:
            // different numbers stay different, which is what matters; no producer is likely to write such a number in
            // two ways.
            bytes.append(UInt8(ascii: "E"))
            bytes.append(contentsOf: (isNegative ? "-" : "").utf8)
            bytes.append(contentsOf: written)
            bytes.append(UInt8(ascii: "s"))
            bytes.append(contentsOf: String(shift).utf8)
            return
        }
        var exponent = 0
        for digit in written { exponent = exponent * 10 + Int(digit - UInt8(ascii: "0")) }
        exponent = (isNegative ? -exponent : exponent) + shift
        guard exponent != 0 else { return }
        bytes.append(UInt8(ascii: "e"))
        bytes.append(contentsOf: String(exponent).utf8)
    }
}
