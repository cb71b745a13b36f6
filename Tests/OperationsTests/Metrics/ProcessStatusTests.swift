import Testing

@testable import Operations

@Suite struct ProcessStatusTests {
    private static let numbers =
        "S 1 2 3 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 24 0 12345 1329319936 15132 18446744073709551615"

    @Test(arguments: ["customer-worker", "a) S 9 (b", "x y"])
    func `a name with spaces and parentheses does not shift the fields`(_ name: String) throws {
        let status = try #require(
            ProcessStatus(
                stat: "77 (\(name)) \(Self.numbers)",
                boot: 1_795_000_000,
                ticksPerSecond: 100,
                pageBytes: 4_096
            )
        )
        #expect(status.cpuSeconds == 3)
        #expect(status.startTime == 1_795_000_123.45)
        #expect(status.threads == 24)
        #expect(status.virtualBytes == 1_329_319_936)
        #expect(status.residentBytes == 15_132 * 4_096)
    }

    @Test func `a text of another form is no status`() {
        #expect(ProcessStatus(stat: "77", boot: 1, ticksPerSecond: 100, pageBytes: 1) == nil)
        #expect(ProcessStatus(stat: "77 (a) S 1", boot: 1, ticksPerSecond: 100, pageBytes: 1) == nil)
        #expect(ProcessStatus(stat: "77 (a) \(Self.numbers)", boot: 1, ticksPerSecond: 0, pageBytes: 1) == nil)
    }

    @Test func `this process has the whole family`() {
        let names = ProcessFamilies.read().map(\.metric.rawValue)
        #expect(
            names == [
                "process_cpu_seconds_total", "process_start_time_seconds", "process_virtual_memory_bytes",
                "process_virtual_memory_max_bytes", "process_resident_memory_bytes", "process_threads",
                "process_open_fds", "process_max_fds",
            ]
        )
    }
}
