import Synchronization

/// What a simulator knows: its customers, the requests it saw, its faults and its counts.
///
/// A test reads and changes it while the simulator serves. Safe from any thread; every call takes effect at once, and
/// those on the path of a request take constant time.
package final class SimulatorState: Sendable {
    struct Shared {
        var table = CustomerTable()
        var log: RequestLog
        var recordsRequests: Bool
        var statistics = SimulatorStatistics()
        var faults = FaultBoard()
    }

    let shared: Mutex<Shared>
    let arrivals = Milestones()
    let departures = Milestones()
    let configuration: SimulatorConfiguration

    init(configuration: SimulatorConfiguration) {
        self.configuration = configuration
        shared = Mutex(
            Shared(
                log: RequestLog(capacity: configuration.requestLogCapacity),
                recordsRequests: configuration.recordsRequests
            )
        )
    }

    // MARK: Customers

    /// All customers of all environments in the order of their creation, archived ones included.
    package var customers: [SimulatedCustomer] { shared.withLock { $0.table.rows } }

    /// How many customers there are, archived ones included.
    package var customerCount: Int { shared.withLock { $0.table.rows.count } }

    /// The published customer of an external id, compared byte for byte; nil if there is none.
    ///
    /// - Parameter environmentID: The first of the configuration when nil.
    package func customer(externalID: String, environmentID: String? = nil) -> SimulatedCustomer? {
        shared.withLock { $0.table.published(externalID: externalID, environmentID: environment(environmentID)) }
    }

    /// Archives the published customer of an external id, which frees the id; false if there is none.
    @discardableResult
    package func archive(externalID: String, environmentID: String? = nil) -> Bool {
        let now = configuration.clock.now()
        return shared.withLock { shared in
            let environmentID = environment(environmentID)
            guard let found = shared.table.published(externalID: externalID, environmentID: environmentID) else {
                return false
            }
            return shared.table.archive(id: found.id, at: now)
        }
    }

    /// Creates the customer that Flexprice makes itself when a usage event names an unknown one: named like its id,
    /// without e-mail, marked in its metadata.
    ///
    /// - Returns: The stub, or nil if the id is taken.
    @discardableResult
    package func insertStub(externalID: String, environmentID: String? = nil) -> SimulatedCustomer? {
        let stub = makeStub(externalID: externalID, environmentID: environment(environmentID))
        return shared.withLock { $0.table.insert(stub) } ? stub : nil
    }

    func makeStub(externalID: String, environmentID: String) -> SimulatedCustomer {
        let now = configuration.clock.now()
        var metadata = Metadata()
        metadata["created_by_workflow"] = "true"
        return SimulatedCustomer(
            id: "cust_" + ULID.make(at: now),
            externalID: externalID,
            name: externalID,
            environmentID: environmentID,
            tenantID: configuration.tenantID,
            createdAt: now,
            updatedAt: now,
            userID: configuration.userID,
            storedMetadata: metadata
        )
    }

    // MARK: Requests

    /// The requests received, oldest first: the latest ones when there were more than the log holds.
    package var requests: [SeenRequest] { shared.withLock { $0.log.all } }

    /// Whether requests are kept; switching it off keeps those that are there.
    package var recordsRequests: Bool {
        get { shared.withLock { $0.recordsRequests } }
        set { shared.withLock { $0.recordsRequests = newValue } }
    }

    /// The counts at this moment.
    package var statistics: SimulatorStatistics { shared.withLock { $0.statistics } }

    /// Waits until so many requests have been received in all, whether or not they are answered yet.
    ///
    /// Counts from the start of the simulator; ``clear()`` does not set it back.
    /// - Throws: `CancellationError` if the task is cancelled first.
    package func requestsReceived(atLeast count: Int) async throws {
        try await arrivals.reach(count)
    }

    /// Waits until as many requests have ended as had been received when it was called: all, if no more come.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    package func untilIdle() async throws {
        try await departures.reach(arrivals.count)
    }

    /// Forgets customers, requests and counts; faults and requests in flight stay.
    package func clear() {
        shared.withLock { shared in
            shared.table = CustomerTable()
            shared.log.removeAll()
            let inFlight = shared.statistics.inFlight
            shared.statistics = SimulatorStatistics()
            shared.statistics.inFlight = inFlight
            shared.statistics.peakInFlight = inFlight
        }
    }

    // MARK: Faults

    /// The rules in force, those that are used up left out.
    package var faults: [FaultRule] {
        let now = configuration.clock.now()
        return shared.withLock { $0.faults.rules(at: now) }
    }

    /// Adds a fault behind those that are there.
    package func inject(_ fault: Fault, _ scope: FaultScope = .always) {
        let now = configuration.clock.now()
        shared.withLock { $0.faults.arm(FaultRule(fault, scope), at: now) }
    }

    /// Puts `rules` in the place of all faults; an empty list ends them all.
    package func replaceFaults(with rules: [FaultRule]) {
        let now = configuration.clock.now()
        shared.withLock { shared in
            shared.faults = FaultBoard()
            for rule in rules { shared.faults.arm(rule, at: now) }
        }
    }

    private func environment(_ id: String?) -> String { id ?? configuration.defaultEnvironmentID }
}
