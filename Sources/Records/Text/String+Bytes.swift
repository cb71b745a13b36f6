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
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable(body) { return result }
        return try Array(utf8).withUnsafeBufferPointer(body)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether both buffers hold the same bytes.
    @inlinable
    package func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let start = baseAddress, let otherStart = other.baseAddress else { return isEmpty }
        return memcmp(start, otherStart, count) == 0
    }

    /// Whether these are the bytes of a text.
    @inlinable
    package func hasSameBytes(as text: StaticString) -> Bool {
        hasSameBytes(as: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

extension [UInt8] {
    /// Appends a whole number in decimal digits, without a `String` in between.
    package mutating func appendDecimal(_ value: Int64) {
        self.append(addingCapacity: OutputSpan<UInt8>.mostDigits) { $0.appendDecimal(value) }
    }
}

/// What is appended to memory that is there: the caller has made room, and nothing grows.
extension OutputSpan<UInt8> {
    /// Appends bytes in one piece.
    @inlinable @inline(__always)
    package mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
        withUnsafeMutableBufferPointer { buffer, count in
            // A few that are too many must not be written behind the end.
            precondition(bytes.count <= buffer.count - count)
            guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
            (target + count).update(from: source, count: bytes.count)
            count += bytes.count
        }
    }

    /// Appends bytes in one piece.
    @inlinable @inline(__always)
    package mutating func append(copying bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append(copying: $0) }
    }

    /// Appends the UTF-8 bytes of a text.
    @inlinable @inline(__always)
    package mutating func append(text: String) {
        text.withBytes { append(copying: $0) }
    }

    /// Appends a text that is part of the program.
    @inlinable @inline(__always)
    package mutating func append(literal text: StaticString) {
        append(copying: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The digits of the longest number, with its sign.
    @inlinable package static var mostDigits: Int { 20 }

    /// Appends a whole number in decimal digits: at most ``mostDigits`` bytes.
    @inlinable
    package mutating func appendDecimal(_ value: Int64) {
        // From the last digit to the first.
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "-"))
        var start = digits.count
        var rest = value.magnitude
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { start -= 1 }
        for index in start..<digits.count { append(digits[index]) }
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
