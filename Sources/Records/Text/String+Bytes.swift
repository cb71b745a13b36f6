#if canImport(Glibc)
public import Glibc
#elseif canImport(Musl)
public import Musl
#elseif canImport(Darwin)
public import Darwin
#endif

/// Swift compares strings by canonical equivalence: «é» composed equals «é» decomposed, and even the Kelvin sign equals
/// the letter K. Ids, member names and header names are compared byte for byte here, so none of them may use `==`.
extension String {
    /// Whether both strings have the same UTF-8 bytes.
    @inlinable
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withBytes { left in
            other.withBytes { right in
                guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return left.isEmpty }
                return memcmp(leftStart, rightStart, left.count) == 0
            }
        }
    }

    /// Whether this string sorts before the other by its UTF-8 bytes, which is also the order of code points.
    @inlinable
    package func bytesPrecede(_ other: String) -> Bool {
        withBytes { left in
            other.withBytes { right in
                guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else {
                    return left.count < right.count
                }
                let order = memcmp(leftStart, rightStart, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
    }

    /// Feeds the UTF-8 bytes to the hasher, so that hashes agree with `hasSameBytes(as:)`.
    @inlinable
    package func hashBytes(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xff as UInt8)
    }

    /// Lends the UTF-8 bytes; the buffer is valid only for the duration of the closure.
    @inlinable @inline(__always)
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(utf8).withUnsafeBufferPointer(body)
    }
}

extension [UInt8] {
    /// Appends a whole number in decimal digits, without a `String` in between.
    package mutating func appendDecimal(_ value: Int64) {
        var rest = value.magnitude
        if value < 0 { self.append(UInt8(ascii: "-")) }
        var divisor: UInt64 = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }
}

/// A text whose equality is that of its bytes, so that it can be in a set or be a key.
package struct ExactText: Sendable, Hashable {
    /// The text.
    package let text: String

    /// Wraps a text.
    package init(_ text: String) {
        self.text = text
    }

    /// Compares the UTF-8 bytes.
    package static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Hashes the bytes that `==` compares.
    package func hash(into hasher: inout Hasher) {
        self.text.hashBytes(into: &hasher)
    }
}
