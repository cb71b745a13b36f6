/// What one request shall meet.
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
        case .delayBeforeCommit(let delay): delayBeforeCommit += delay
        case .delayAfterCommit(let delay): delayAfterCommit += delay
        case .legacyErrorShape: hasLegacyErrors = true
        case .replicaLag(let lag): replicaLag = max(replicaLag, lag)
        case .slowBody(let pause): slowBody = pause
        case .truncatedBody: isBodyTruncated = true
        default: decisive = fault
        }
    }
}

extension Fault {
    /// Whether the fault decides the answer, rather than change it.
    var isDecisive: Bool {
        switch self {
        case .delayBeforeCommit, .delayAfterCommit, .legacyErrorShape, .replicaLag, .slowBody, .truncatedBody: false
        default: true
        }
    }

    /// The routes that the fault is about when its scope names none.
    var usualRoutes: Set<RouteName> {
        if case .replicaLag = self { return [.lookup, .search, .list, .update] }
        return [.create]
    }
}
