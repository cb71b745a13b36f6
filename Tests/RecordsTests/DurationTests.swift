import Records
import Testing

@Suite struct DurationTests {
    @Test(arguments: [
        (Duration.zero, Int32(0)), (.milliseconds(1), 1), (.microseconds(1), 1), (.seconds(10), 10_000),
        (.milliseconds(1_500), 1_500), (.seconds(1) + .nanoseconds(1), 1_001), (.seconds(Int64.max), .max),
        (.seconds(2_147_484), .max),
    ])
    func `whole milliseconds are rounded up and fit into C's int`(duration: Duration, expected: Int32) {
        #expect(duration.wholeMilliseconds == expected)
    }
}
