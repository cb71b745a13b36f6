#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A point in time as Kafka counts it: milliseconds since 1970-01-01T00:00:00Z, leap seconds left out.
public struct UnixMilliseconds: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The count; negative before 1970.
    public let value: Int64

    /// A point in time from its count.
    public init(_ value: Int64) {
        self.value = value
    }

    /// The time of the system's clock.
    public static func now() -> UnixMilliseconds {
        // A timespec by its two words and not by its members: which module the compiler takes those for, and so whether
        // MemberImportVisibility lets them pass, depends on the files that it compiles together.
        var time: (seconds: Int, nanoseconds: Int) = (0, 0)
        withUnsafeMutablePointer(to: &time) { words in
            words.withMemoryRebound(to: timespec.self, capacity: 1) { _ = clock_gettime(CLOCK_REALTIME, $0) }
        }
        return UnixMilliseconds(Int64(time.seconds) * 1_000 + Int64(time.nanoseconds) / 1_000_000)
    }

    /// Reads an RFC 3339 date and time, with `Z` or an offset; nil when the text is not one.
    ///
    /// Digits beyond the millisecond are cut off; a leap second (`:60`) is refused.
    public init?(parsing text: String) {
        var scanner = RFC3339Scanner(text)
        guard let milliseconds = scanner.scan() else { return nil }
        value = milliseconds
    }

    /// How many milliseconds this is after another moment: negative before it, and bounded to what `Int64` holds.
    ///
    /// Anybody can write any timestamp into a record, so two of them can be further apart than that.
    public func milliseconds(since other: UnixMilliseconds) -> Int64 { self.value.boundedDifference(other.value) }

    /// The moment that is so much later, or earlier for a span below zero; bounded to what `Int64` holds.
    public func advanced(by span: Duration) -> UnixMilliseconds {
        UnixMilliseconds(self.value.boundedSum(span.boundedMilliseconds))
    }

    /// Compares the counts.
    public static func < (left: UnixMilliseconds, right: UnixMilliseconds) -> Bool {
        left.value < right.value
    }

    /// RFC 3339 in UTC with three decimals, such as `2026-11-22T10:00:00.042Z`.
    ///
    /// RFC 3339 knows the years 0000 to 9999; a time outside them is written as the nearest inside.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.writtenBytes) { self.write(to: $0) }
    }

    /// Appends what ``description`` says, without a `String` in between.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.writtenBytes) { text in
            let count = self.write(to: text)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<count]))
        }
    }

    /// Appends what ``description`` says to memory that is there.
    package func append(to output: inout OutputSpan<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.writtenBytes) { text in
            let count = self.write(to: text)
            output.append(copying: UnsafeBufferPointer(rebasing: text[..<count]))
        }
    }

    private static let writtenBytes = 24

    /// - Returns: how many bytes were written.
    private func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let clamped = min(max(value, Self.earliestWritable), Self.latestWritable)
        let (days, inDay) = clamped.quotientAndRemainder(flooringBy: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        var end = 0
        func append(_ number: Int64, width: Int, then separator: UInt8) {
            var rest = UInt32(truncatingIfNeeded: number)
            var place = end + width
            text[place] = separator
            while place > end {
                place -= 1
                text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            end += width + 1
        }
        append(date.year, width: 4, then: UInt8(ascii: "-"))
        append(date.month, width: 2, then: UInt8(ascii: "-"))
        append(date.day, width: 2, then: UInt8(ascii: "T"))
        append(inDay / 3_600_000, width: 2, then: UInt8(ascii: ":"))
        append(inDay / 60_000 % 60, width: 2, then: UInt8(ascii: ":"))
        append(inDay / 1_000 % 60, width: 2, then: UInt8(ascii: "."))
        append(inDay % 1_000, width: 3, then: UInt8(ascii: "Z"))
        return end
    }

    /// 0000-01-01T00:00:00.000Z.
    private static let earliestWritable: Int64 = -62_167_219_200_000
    /// 9999-12-31T23:59:59.999Z.
    private static let latestWritable: Int64 = 253_402_300_799_999
}

extension Int64 {
    fileprivate func quotientAndRemainder(flooringBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
