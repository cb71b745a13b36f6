import Records
import Testing

@Suite struct BoundedTests {
    private static let ends: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

    /// The exact answer, in a type that holds it, brought into the bounds.
    private static func bounded(_ exact: Int128) -> Int64 { Int64(clamping: exact) }

    @Test(arguments: Self.ends, Self.ends)
    func `sums and differences end at the bounds of the type`(_ left: Int64, _ right: Int64) {
        #expect(left.boundedSum(right) == Self.bounded(Int128(left) + Int128(right)))
        #expect(left.boundedDifference(right) == Self.bounded(Int128(left) - Int128(right)))
        let moments = (UnixMilliseconds(left), UnixMilliseconds(right))
        #expect(moments.0.milliseconds(since: moments.1) == Self.bounded(Int128(left) - Int128(right)))
        let later = moments.0.advanced(by: .milliseconds(right))
        #expect(later.value == Self.bounded(Int128(left) + Int128(right)))
    }

    @Test(arguments: Self.ends)
    func `products with a positive factor end at the bounds of the type`(_ number: Int64) {
        #expect(number.boundedProduct(1_000) == Self.bounded(Int128(number) * 1_000))
        #expect(UInt64.max.boundedProduct(4_096) == .max)
    }

    @Test(
        arguments: [
            (Double.nan, 0), (.infinity, .max), (-.infinity, .min), (1e300, .max), (-1e300, .min), (2.5, 3), (-2.4, -2),
            (9.3e18, .max), (0, 0),
        ] as [(Double, Int)]
    )
    func `a whole number comes from any other`(_ value: Double, _ whole: Int) {
        #expect(Int(nearest: value) == whole)
    }

    @Test func `a span comes from any number of seconds, and goes into milliseconds`() {
        #expect(Duration(boundedSeconds: 1.5) == .milliseconds(1_500))
        #expect(Duration(boundedSeconds: .nan) == .zero)
        #expect(Duration(boundedSeconds: -1) == .zero)
        #expect(Duration(boundedSeconds: 1e300) == Duration(boundedSeconds: .infinity))
        #expect(Duration.milliseconds(1_500).boundedMilliseconds == 1_500)
        #expect(Duration.seconds(Int64.max).boundedMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).boundedMilliseconds == .min)
    }
}
