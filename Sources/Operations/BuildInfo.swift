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
