import CustomerContract

/// The question to the backend that has nothing to do with any command, and the customers that its answer is about:
/// those that met what may be about one command's content.
struct NeutralQuestion: Sendable {
    private enum State: Sendable { case none, wanted, asked }

    private var state = State.none
    /// Since the last success; at most ``maximum``, since that many are evidence enough against the backend.
    private var suspects: Set<ExternalID> = []
    private let maximum: Int

    init(_ settings: BreakerSettings) {
        // Of a single one the neutral request tells in any case.
        self.maximum = max(settings.minimumRequests, 2)
    }

    /// The question is to be asked, unless it is already.
    mutating func want() { if self.state == .none { self.state = .wanted } }

    /// Whether it is to be asked; says so once.
    mutating func take() -> Bool {
        guard self.state == .wanted else { return false }
        self.state = .asked
        return true
    }

    /// A customer met what may be about its content: while these are few, the question tells.
    mutating func suspect(_ customer: ExternalID) {
        guard self.suspects.count < self.maximum else { return }
        self.suspects.insert(customer)
        if self.suspects.count < self.maximum { self.want() }
    }

    /// A customer succeeded: nothing is suspected of content.
    mutating func succeeded() { if !self.suspects.isEmpty { self.suspects.removeAll() } }

    /// The answer has come; those whom it is about, none when they are too many to fail by their content.
    mutating func answered() -> Set<ExternalID> {
        self.state = .none
        return self.suspects.count < self.maximum ? self.suspects : []
    }
}

/// Answers that claim to concern all commands, and for how long such a claim is not believed after the success of
/// another customer has ended the stop that it caused.
struct Claims: Sendable {
    /// As long as several customers with the same answer take to come round.
    private static let doubt: Duration = .seconds(60)

    private var doubted: [String: Duration] = [:]
    private var last: ExternalID?

    func isBelieved(_ reason: String, at now: Duration) -> Bool { self.doubted[reason].map { now >= $0 } ?? true }

    /// A customer's answer made a claim.
    mutating func made(by customer: ExternalID) { self.last = customer }

    /// A customer's success has ended the stop that a claim caused.
    mutating func ended(_ reason: String, by customer: ExternalID, at now: Duration) {
        if customer != self.last { self.doubted[reason] = now + Self.doubt }
    }
}
