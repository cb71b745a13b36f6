/// Which requests a fault meets: those that satisfy every condition that is set.
package struct FaultScope: Sendable, Hashable {
    /// The routes; nil means the usual ones: reads for the replica's lag, creates for all others.
    package var routes: Set<RouteName>?
    /// The number of requests that would meet the fault and pass unharmed first.
    package var skip: Int
    /// The number of requests that meet the fault until it is used up; nil for no end.
    package var requests: Int?
    /// The share of requests that meet the fault, from 0 to 1, drawn with ``seed``.
    package var share: Double
    /// Makes a draw repeatable.
    package var seed: UInt64
    /// How long the fault lasts from when it is set; nil for no end.
    package var duration: Duration?
    /// The external_ids that meet the fault, compared byte for byte; nil for all.
    package var externalIDs: [String]?

    /// Makes a scope; what is left out sets no condition.
    package init(
        routes: Set<RouteName>? = nil,
        skip: Int = 0,
        requests: Int? = nil,
        share: Double = 1,
        seed: UInt64 = 1,
        duration: Duration? = nil,
        externalIDs: [String]? = nil
    ) {
        self.routes = routes
        self.skip = skip
        self.requests = requests
        self.share = share
        self.seed = seed
        self.duration = duration
        self.externalIDs = externalIDs
    }

    /// Every request, until the faults are replaced.
    package static let always = FaultScope()

    /// The next `count` requests.
    package static func next(_ count: Int) -> FaultScope { FaultScope(requests: count) }
}

package struct FaultRule: Sendable, Hashable {
    package let fault: Fault
    package let scope: FaultScope

    package init(_ fault: Fault, _ scope: FaultScope = .always) {
        self.fault = fault
        self.scope = scope
    }
}
