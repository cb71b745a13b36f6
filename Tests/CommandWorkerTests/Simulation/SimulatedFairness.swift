import CustomerContract

@testable import CommandWorker

/// Whose fault failures were, as the API knows it: no command may be dead-lettered by a failure that all others shared.
///
/// A command's failure is its own if the API served another request, of whatever kind, since the first of its id that
/// failed.
struct SimulatedFairness {
    private var lastWell: Duration?
    /// When the first request went of each id that has not been served since.
    private var failing: [ExternalID: Duration] = [:]
    private(set) var violation: String?

    /// A request went.
    mutating func sent(_ request: BackendRequest, at now: Duration) {
        let id = request.command.externalID
        if self.failing[id] == nil { self.failing[id] = now }
    }

    /// The API served a request that has nothing to do with any command.
    mutating func wasWell(at now: Duration) { self.lastWell = now }

    /// The core took an answer.
    ///
    /// - Parameter hasEnded: whether that ended its command.
    mutating func answered(_ request: BackendRequest, _ answer: BackendAnswer, hasEnded: Bool, at now: Duration) {
        let id = request.command.externalID
        switch answer {
        case .created, .failed:
            self.lastWell = now
            self.failing[id] = nil
        case .unchanged:
            self.failing[id] = nil
        case .transient, .systemic:
            guard hasEnded, let since = self.failing[id], self.lastWell ?? .zero < since else { return }
            self.violation = "\(id) was given up at \(now), although nothing was served since \(since)"
        }
    }
}
