import Foundation
import Glibc

/// The `process_*` family that Prometheus' own clients have, from Linux's `/proc/self` (proc(5)).
package enum ProcessFamilies {
    /// Computed once: the clocks that it is made of are corrected while the process runs, and a start that moves looks
    /// like another process.
    private static let startTime = ProcessStatus.read()?.startTime

    /// What can be read now; what cannot be is left out.
    package static func read() -> [MetricFamily] {
        let status = ProcessStatus.read()
        // The listing's own descriptor is in the list.
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let values: [(Metric, Double?)] = [
            (.processCPU, status?.cpuSeconds), (.processStart, self.startTime),
            (.processVirtual, status?.virtualBytes),
            (.processVirtualMaximum, Self.limit(.init(RLIMIT_AS.rawValue))),
            (.processResident, status?.residentBytes), (.processThreads, status?.threads),
            (.processDescriptors, open.map { Double($0 - 1) }),
            (.processDescriptorsMaximum, Self.limit(.init(RLIMIT_NOFILE.rawValue))),
        ]
        return values.compactMap { metric, value in value.map { MetricFamily(metric, $0) } }
    }

    private static func limit(_ resource: __rlimit_resource_t) -> Double? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return limit.rlim_cur == .max ? -1 : Double(limit.rlim_cur)
    }
}

/// The fields of `/proc/self/stat` that are metrics.
struct ProcessStatus: Sendable, Equatable {
    let cpuSeconds: Double
    let startTime: Double
    let virtualBytes: Double
    let residentBytes: Double
    let threads: Double

    static func read() -> ProcessStatus? {
        guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8) else { return nil }
        // Not from /proc/stat, which the unit hides (ProcSubset=pid).
        var (wall, sinceBoot) = (timespec(), timespec())
        clock_gettime(CLOCK_REALTIME, &wall)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        return ProcessStatus(
            stat: stat,
            boot: wall.seconds - sinceBoot.seconds,
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageBytes: Double(sysconf(Int32(_SC_PAGESIZE)))
        )
    }

    /// Reads the text of `/proc/self/stat`; `boot` is the time of the boot in seconds since 1970.
    ///
    /// The second field is the program's name in parentheses, which may hold spaces and parentheses itself: the numbers
    /// start behind the last one.
    init?(stat: String, boot: Double, ticksPerSecond: Double, pageBytes: Double) {
        guard let end = stat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        // Field 3 of proc(5) is the first here.
        let fields = stat[stat.index(after: end)...].split(separator: " ").map { Double($0) }
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? fields[number - 3] : nil }
        guard let user = field(14), let kernel = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let pages = field(24)
        else { return nil }
        self.cpuSeconds = (user + kernel) / ticksPerSecond
        self.startTime = boot + start / ticksPerSecond
        self.virtualBytes = virtual
        self.residentBytes = pages * pageBytes
        self.threads = threads
    }
}

extension timespec {
    fileprivate var seconds: Double { Double(self.tv_sec) + Double(self.tv_nsec) / 1_000_000_000 }
}

/// What this build is.
package enum BuildInfo {
    /// The version, by semver.org.
    package static let version = "0.1.0"

    /// The compiler's version, as the metric `customer_worker_build_info` tells it.
    static var swiftVersion: String {
        #if swift(>=6.4)
        ">=6.4"
        #elseif swift(>=6.3)
        "6.3"
        #else
        "<6.3"
        #endif
    }

    static var family: MetricFamily {
        MetricFamily(.buildInfo, [.init(1, [.init("version", self.version), .init("swift", self.swiftVersion)])])
    }
}
