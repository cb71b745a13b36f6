import Records

/// The faults in force and how much of each is left.
struct FaultBoard {
    private struct Armed {
        let rule: FaultRule
        let end: UnixNanoseconds?
        let externalIDs: Set<ExactText>?
        var passes: Int
        var fires: Int?
        var generator: SplitMix64

        func isOver(at now: UnixNanoseconds) -> Bool {
            if let fires, fires <= 0 { return true }
            return end.map { $0 <= now } ?? false
        }
    }

    private var armed: [Armed] = []

    var isEmpty: Bool { armed.isEmpty }

    func rules(at now: UnixNanoseconds) -> [FaultRule] { armed.filter { !$0.isOver(at: now) }.map(\.rule) }

    mutating func arm(_ rule: FaultRule, at now: UnixNanoseconds) {
        armed.append(
            Armed(
                rule: rule,
                end: rule.scope.duration.map { UnixNanoseconds(now.value + $0.nanoseconds) },
                externalIDs: rule.scope.externalIDs.map { Set($0.map(ExactText.init)) },
                passes: rule.scope.skip,
                fires: rule.scope.requests,
                generator: SplitMix64(state: rule.scope.seed)
            )
        )
    }

    /// The faults that `request` meets; counts each by its name and uses it up.
    mutating func plan(
        for request: IncomingRequest,
        at now: UnixNanoseconds,
        counting counts: inout [String: Int]
    ) -> FaultPlan {
        var plan = FaultPlan()
        var hasEnded = false
        for index in armed.indices {
            if armed[index].isOver(at: now) {
                hasEnded = true
                continue
            }
            // A second fault that decides the answer would be used up without effect, so it waits for another request.
            let fault = armed[index].rule.fault
            if plan.decisive != nil, fault.isDecisive { continue }
            guard meets(request, at: index) else { continue }
            plan.add(fault)
            counts[fault.name, default: 0] += 1
        }
        if hasEnded { armed.removeAll { $0.isOver(at: now) } }
        return plan
    }

    private mutating func meets(_ request: IncomingRequest, at index: Int) -> Bool {
        let scope = armed[index].rule.scope
        guard (scope.routes ?? armed[index].rule.fault.usualRoutes).contains(request.route.name) else { return false }
        if let wanted = armed[index].externalIDs {
            guard request.externalIDs.contains(where: { wanted.contains(ExactText($0)) }) else { return false }
        }
        if scope.share < 1, armed[index].generator.nextUnit() >= scope.share { return false }
        if armed[index].passes > 0 {
            armed[index].passes -= 1
            return false
        }
        if let fires = armed[index].fires { armed[index].fires = fires - 1 }
        return true
    }
}

/// A small generator with a seed (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SplitMix64 {
    var state: UInt64

    /// A number from 0 up to but not including 1.
    mutating func nextUnit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / 9_007_199_254_740_992
    }
}

extension Duration {
    /// Whole nanoseconds, never below zero and at most a century, so that adding them to a moment cannot overflow.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, 0), 3_155_760_000) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
    }
}
