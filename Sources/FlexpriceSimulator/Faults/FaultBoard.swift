import Records

struct FaultPlan {
    private(set) var delayBeforeCommit = Duration.zero
    private(set) var delayAfterCommit = Duration.zero
    private(set) var hasLegacyErrors = false
    private(set) var replicaLag = Duration.zero
    private(set) var slowBody: Duration?
    private(set) var isBodyTruncated = false
    /// The fault that decides the answer, if there is one.
    private(set) var decisive: Fault?

    mutating func add(_ fault: Fault) {
        switch fault {
        case .timed(.delayBeforeCommit, let delay): self.delayBeforeCommit += delay
        case .timed(.delayAfterCommit, let delay): self.delayAfterCommit += delay
        case .timed(.replicaLag, let lag): self.replicaLag = max(self.replicaLag, lag)
        case .timed(.slowBody, let pause): self.slowBody = pause
        case .plain(.legacyErrorShape): self.hasLegacyErrors = true
        case .plain(.truncatedBody): self.isBodyTruncated = true
        default: self.decisive = fault
        }
    }
}

/// The faults in effect and how much of each is left.
struct FaultBoard {
    private struct Armed {
        let rule: FaultRule
        let end: UnixNanoseconds?
        let externalIDs: Set<ExactText>?
        var passes: Int
        var fires: Int?
        var generator: SplitMix64

        init(_ rule: FaultRule, at now: UnixNanoseconds) {
            self.rule = rule
            self.end = rule.scope.duration.map { now.advanced(by: $0) }
            self.externalIDs = rule.scope.externalIDs.map { Set($0.map(ExactText.init)) }
            self.passes = rule.scope.skip
            self.fires = rule.scope.requests
            self.generator = SplitMix64(state: rule.scope.seed)
        }

        func isOver(at now: UnixNanoseconds) -> Bool {
            (self.fires ?? 1) <= 0 || self.end.map { $0 <= now } ?? false
        }

        /// Whether the request meets the fault, which is then used up by one.
        mutating func meets(_ request: IncomingRequest) -> Bool {
            let scope = self.rule.scope
            guard (scope.routes ?? self.rule.fault.usualRoutes).contains(request.route.name) else { return false }
            if let externalIDs, !request.externalIDs.contains(where: { externalIDs.contains(ExactText($0)) }) {
                return false
            }
            if scope.share < 1, self.generator.nextUnit() >= scope.share { return false }
            if self.passes > 0 {
                self.passes -= 1
                return false
            }
            self.fires? -= 1
            return true
        }
    }

    private var armed: [Armed] = []

    func rules(at now: UnixNanoseconds) -> [FaultRule] { self.armed.filter { !$0.isOver(at: now) }.map(\.rule) }

    mutating func arm(_ rule: FaultRule, at now: UnixNanoseconds) { self.armed.append(Armed(rule, at: now)) }

    /// The faults that `request` meets; counts each by its name and uses it up.
    mutating func plan(
        for request: IncomingRequest,
        at now: UnixNanoseconds,
        counting counts: inout [String: Int]
    ) -> FaultPlan {
        var plan = FaultPlan()
        self.armed.removeAll { $0.isOver(at: now) }
        for index in self.armed.indices {
            // A second fault that decides the answer would be used up without effect, so it waits for another request.
            let fault = self.armed[index].rule.fault
            if plan.decisive != nil, fault.isDecisive { continue }
            guard self.armed[index].meets(request) else { continue }
            plan.add(fault)
            counts[fault.name, default: 0] += 1
        }
        return plan
    }
}

/// A small generator with a seed (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
private struct SplitMix64 {
    var state: UInt64

    /// A number from 0 up to but not including 1.
    mutating func nextUnit() -> Double {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / 9_007_199_254_740_992
    }
}
