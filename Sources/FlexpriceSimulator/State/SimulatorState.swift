import DequeModule
import Records
import Synchronization

/// What a simulator knows: its customers, the requests it saw, its faults and its counts.
///
/// A test reads and changes it while the simulator serves. Safe from any thread; every call takes effect at once, and
/// those on the path of a request take constant time.
package final class SimulatorState: Sendable {
    private struct Shared {
        var table = CustomerTable()
        var log: Deque<SeenRequest> = []
        var statistics = SimulatorStatistics()
        var faults = FaultBoard()
    }

    private let shared = Mutex(Shared())
    private let arrivals = Milestones()
    private let departures = Milestones()
    let configuration: SimulatorConfiguration

    init(configuration: SimulatorConfiguration) {
        self.configuration = configuration
    }

    // MARK: Customers

    /// All customers in the order of their creation, archived ones included.
    package var customers: [SimulatedCustomer] { self.withTable { $0.rows } }

    /// The number of customers, archived ones included.
    package var customerCount: Int { self.withTable { $0.rows.count } }

    /// The published customer of an external_id, compared byte for byte; nil if there is none.
    package func customer(externalID: String) -> SimulatedCustomer? {
        self.withTable { $0.published(externalID: externalID) }
    }

    /// Reads or changes the table of customers, as one transaction.
    func withTable<T>(_ use: (inout CustomerTable) -> T) -> T { self.shared.withLock { use(&$0.table) } }

    /// The transaction of a create: the insert first, which an external_id that is taken makes a `duplicate`, then
    /// `check`, whose error rolls the insert back; `nil` when the customer is inserted.
    func create(
        _ customer: SimulatedCustomer,
        stubFirst: Bool,
        duplicate: APIError,
        check: APIError?
    ) -> APIError? {
        let stub = stubFirst ? self.makeStub(customer.externalID) : nil
        return self.shared.withLock { shared in
            if let stub { _ = shared.table.insert(stub) }
            guard shared.table.published(externalID: customer.externalID) == nil else {
                shared.statistics.duplicates += 1
                return duplicate
            }
            if let check { return check }
            _ = shared.table.insert(customer)
            shared.statistics.customersCreated += 1
            return nil
        }
    }

    /// Archives the published customer of an id; false if there is none.
    func archive(id: String) -> Bool {
        let now = self.configuration.clock.now()
        return self.withTable { $0.archive(id: id, at: now) }
    }

    /// Archives the published customer of an external_id, which frees it; false if there is none.
    @discardableResult
    package func archive(externalID: String) -> Bool {
        self.customer(externalID: externalID).map { self.archive(id: $0.id) } ?? false
    }

    /// Creates the stub that Flexprice makes when a usage event names an unknown customer; false if its external_id is
    /// taken.
    ///
    /// Its name is the external_id, it has no e-mail, and its metadata mark it.
    @discardableResult
    package func insertStub(externalID: String) -> Bool {
        let stub = self.makeStub(externalID)
        return self.withTable { $0.insert(stub) }
    }

    private func makeStub(_ externalID: String) -> SimulatedCustomer {
        SimulatedCustomer(
            [.externalID: externalID, .name: externalID],
            metadata: [ExactText("created_by_workflow"): "true"],
            at: self.configuration.clock.now()
        )
    }

    // MARK: Requests

    /// The requests received, oldest first: the latest ones when there were more than the log holds.
    package var requests: [SeenRequest] { self.shared.withLock { Array($0.log) } }

    package var statistics: SimulatorStatistics { self.shared.withLock { $0.statistics } }

    /// Waits until `count` requests have been received in all, whether or not they are answered yet.
    ///
    /// Counts from the start of the simulator; ``clear()`` does not set it back.
    /// - Throws: `CancellationError` if the task is cancelled first.
    package func requestsReceived(atLeast count: Int) async throws { try await self.arrivals.reach(count) }

    /// Waits until as many requests have ended as had been received when it was called: all, if no more come.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    package func untilIdle() async throws { try await self.departures.reach(self.arrivals.count) }

    /// Notes a request's arrival and gives the faults that it meets.
    func begin(_ request: IncomingRequest) -> FaultPlan {
        let now = self.configuration.clock.now()
        let plan = self.shared.withLock { shared in
            shared.statistics.requests += 1
            shared.statistics.requestsByRoute[request.route.name.rawValue, default: 0] += 1
            shared.statistics.inFlight += 1
            shared.statistics.peakInFlight = max(shared.statistics.peakInFlight, shared.statistics.inFlight)
            if shared.log.count >= max(1, self.configuration.requestLogCapacity) { shared.log.removeFirst() }
            shared.log.append(SeenRequest(request, number: shared.statistics.requests, at: now))
            return shared.faults.plan(for: request, at: now, counting: &shared.statistics.faults)
        }
        self.arrivals.advance()
        return plan
    }

    /// Notes a request's end; status 0 when the connection was closed without an answer.
    func finish(status: Int) {
        self.shared.withLock { shared in
            shared.statistics.inFlight -= 1
            shared.statistics.answersByStatus[status, default: 0] += 1
        }
        self.departures.advance()
    }

    /// Forgets customers, requests and counts; faults and requests in flight stay.
    func clear() {
        self.shared.withLock { shared in
            let inFlight = shared.statistics.inFlight
            shared.table = CustomerTable()
            shared.log = []
            shared.statistics = SimulatorStatistics()
            shared.statistics.inFlight = inFlight
            shared.statistics.peakInFlight = inFlight
        }
    }

    // MARK: Faults

    /// The rules in effect, those that are used up left out.
    package var faults: [FaultRule] {
        let now = self.configuration.clock.now()
        return self.shared.withLock { $0.faults.rules(at: now) }
    }

    /// Adds a fault behind those that are there.
    package func inject(_ fault: Fault, _ scope: FaultScope = .always) {
        let now = self.configuration.clock.now()
        self.shared.withLock { $0.faults.arm(FaultRule(fault, scope), at: now) }
    }

    /// Replaces all faults by `rules`; an empty list ends them all.
    package func replaceFaults(with rules: [FaultRule]) {
        let now = self.configuration.clock.now()
        self.shared.withLock { shared in
            shared.faults = FaultBoard()
            for rule in rules { shared.faults.arm(rule, at: now) }
        }
    }
}
