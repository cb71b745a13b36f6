import CustomerContract

/// Whose fault a failure is, told by who is hit and not by what an answer says.
///
/// A customer that failed while another succeeded fails by itself. While nothing has succeeded since a command's first
/// attempt, its failure is taken for one that all share. Memory: at most ``maximumRemembered`` customers in each set.
struct Blame: Sendable {
    /// Customers that are remembered as suspects, or as failing by themselves.
    static let maximumRemembered = 1_024

    /// Answers that showed the backend well.
    private(set) var successCount = 0
    private var lastSuccess: (customer: ExternalID, at: Duration)?
    /// Customers that failed since the last success: the only one, or one of several.
    private var failing: (customer: ExternalID, hasCompany: Bool)?
    /// Customers that failed since the last success, or since requests were stopped.
    private var suspects: Set<ExternalID> = []
    private var alone: Set<ExternalID> = []

    /// The only customer that failed since the last success; `nil` when there is none, or more than one.
    var onlyFailing: ExternalID? { self.failing.flatMap { $0.hasCompany ? nil : $0.customer } }

    /// Whether several customers failed since the last success.
    var hasSeveral: Bool { self.failing?.hasCompany ?? false }

    /// Whether a customer is known to fail by itself.
    func failsAlone(_ customer: ExternalID) -> Bool { self.alone.contains(customer) }

    /// Whether a command's failure may be held against it.
    ///
    /// - Parameter successesBefore: ``successCount`` at its first attempt.
    func isOwnFault(_ customer: ExternalID, successesBefore: Int) -> Bool {
        self.successCount > successesBefore || self.alone.contains(customer)
    }

    /// Whether another customer succeeded a moment ago.
    func othersSucceed(than customer: ExternalID, within window: Duration, at now: Duration) -> Bool {
        guard let last = self.lastSuccess else { return false }
        return last.customer != customer && now - last.at < window
    }

    /// A customer succeeded.
    ///
    /// - Parameter keepsSuspects: while requests are stopped, those that failed since then are judged when requests
    ///   flow again.
    mutating func succeeded(_ customer: ExternalID, keepsSuspects: Bool, at now: Duration) {
        self.successCount += 1
        self.lastSuccess = (customer, now)
        self.failing = nil
        if !self.alone.isEmpty { self.alone.remove(customer) }
        if !keepsSuspects, !self.suspects.isEmpty { self.suspects.removeAll() }
    }

    /// A customer failed.
    mutating func failed(_ customer: ExternalID) {
        guard !self.alone.contains(customer) else { return }
        if self.suspects.count < Self.maximumRemembered { self.suspects.insert(customer) }
        let first = self.failing?.customer ?? customer
        self.failing = (first, self.failing?.hasCompany ?? false || first != customer)
    }

    /// Requests flow again; those that failed meanwhile fail by themselves if it was another one's success that showed
    /// it.
    mutating func flowed(by customer: ExternalID?) {
        if let customer {
            self.suspects.remove(customer)
            for suspect in self.suspects { self.convict(suspect) }
        }
        self.suspects = []
    }

    /// A neutral request succeeded: the only customer that fails does so by itself.
    ///
    /// - Returns: whether there is one.
    mutating func convictOnlyFailing() -> Bool {
        guard let customer = self.onlyFailing else { return false }
        self.convict(customer)
        self.failing = nil
        return true
    }

    /// A neutral request succeeded: customers whose content something may refuse fail by themselves.
    ///
    /// - Returns: whether any of them was not known to.
    mutating func convict(_ customers: Set<ExternalID>) -> Bool {
        let found = customers.subtracting(self.alone)
        for customer in found { self.convict(customer) }
        self.suspects.subtract(found)
        if let failing = self.failing, failing.hasCompany || found.contains(failing.customer) {
            self.failing = self.suspects.first.map { ($0, self.suspects.count > 1) }
        }
        return !found.isEmpty
    }

    private mutating func convict(_ customer: ExternalID) {
        if self.alone.count >= Self.maximumRemembered { self.alone.removeFirst() }
        self.alone.insert(customer)
    }
}
