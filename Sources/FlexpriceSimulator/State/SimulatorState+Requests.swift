import Records
import Synchronization

/// The path of a request: what the responder and the handlers do to the state.
extension SimulatorState {
    /// Notes a request's arrival and gives the faults that it shall meet.
    func begin(_ request: IncomingRequest) -> FaultPlan {
        let now = configuration.clock.now()
        let plan = shared.withLock { shared in
            shared.statistics.requests += 1
            shared.statistics.requestsByRoute[request.route.name.rawValue, default: 0] += 1
            shared.statistics.inFlight += 1
            shared.statistics.peakInFlight = max(shared.statistics.peakInFlight, shared.statistics.inFlight)
            if shared.recordsRequests {
                shared.log.append(SeenRequest(request, number: shared.statistics.requests, at: now))
            }
            guard !shared.faults.isEmpty else { return FaultPlan() }
            return shared.faults.plan(for: request, at: now, counting: &shared.statistics.faults)
        }
        arrivals.advance()
        return plan
    }

    /// Notes a request's end; status 0 when the connection was closed without an answer.
    func finish(status: Int) {
        shared.withLock { shared in
            shared.statistics.inFlight -= 1
            shared.statistics.answersByStatus[status, default: 0] += 1
        }
        departures.advance()
    }

    enum Insertion {
        case inserted
        case duplicate
        case failed(APIError)
    }

    /// The transaction of a create: the insert first, then `check`, whose error rolls the insert back.
    func create(_ customer: SimulatedCustomer, stubFirst: Bool, check: APIError?) -> Insertion {
        let stub = stubFirst ? makeStub(externalID: customer.externalID, environmentID: customer.environmentID) : nil
        return shared.withLock { shared in
            if let stub { _ = shared.table.insert(stub) }
            let key = (externalID: customer.externalID, environmentID: customer.environmentID)
            if shared.table.published(externalID: key.externalID, environmentID: key.environmentID) != nil {
                shared.statistics.duplicates += 1
                return .duplicate
            }
            if let check { return .failed(check) }
            _ = shared.table.insert(customer)
            shared.statistics.customersCreated += 1
            return .inserted
        }
    }

    func customer(id: String, environmentID: String) -> SimulatedCustomer? {
        shared.withLock { $0.table.customer(id: id, environmentID: environmentID) }
    }

    func update(_ customer: SimulatedCustomer) -> Bool {
        shared.withLock { $0.table.update(customer) }
    }

    func archive(id: String) -> Bool {
        let now = configuration.clock.now()
        return shared.withLock { $0.table.archive(id: id, at: now) }
    }

    /// The rows that a search may return: found by their ids where it names some, else all of them.
    func candidates(
        externalIDs: [String]?,
        status: SimulatedCustomer.Status,
        environmentID: String
    )
        -> [SimulatedCustomer]
    {
        shared.withLock { shared in
            guard let externalIDs, status == .published else { return shared.table.rows }
            let unique = Set(externalIDs.map(ExactText.init))
            return unique.compactMap { shared.table.published(externalID: $0.text, environmentID: environmentID) }
        }
    }
}
