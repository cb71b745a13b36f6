import HTTPTypes
import JSON

/// The API's routes: what the server answers to a request, faults included.
struct CustomersAPI {
    let configuration: SimulatorConfiguration
    let state: SimulatorState

    /// Answers one request.
    ///
    /// - Parameter connection: Tells whether the client still waits, which decides about what is not committed yet.
    func answer(_ request: IncomingRequest, _ plan: FaultPlan, _ connection: ClientConnection) async -> Answer {
        switch plan.decisive {
        case .edge(let edge, false): return edge.answer(at: configuration.clock.now())
        case .answer(let status, let contentType, let body):
            return Answer(status: status, contentType: contentType, body: Array(body.utf8), isFromServer: false)
        case .redirect(let location):
            var answer = Answer.redirect(method: request.head.method, to: location)
            answer.isFromServer = false
            return answer
        case .dropBeforeCommit: return .dropped
        case .blackHole:
            await connection.waitUntilClosed()
            return .dropped
        default: break
        }
        return await routed(request, plan, connection)
    }

    private func routed(_ request: IncomingRequest, _ plan: FaultPlan, _ connection: ClientConnection) async -> Answer {
        switch request.route {
        case .notFound: return .pageNotFound
        case .redirect(let path):
            let query = request.target.query.map { "?" + $0 } ?? ""
            return .redirect(method: request.head.method, to: PercentEncoding.encodePath(path) + query)
        case .health:
            return .json { writer in writer.object { $0.member("status", "ok") } }
        default: break
        }
        let environmentID: String
        switch AccessCheck(configuration: configuration).check(request, plan.decisive) {
        case .refused(let error): return error.answer(legacy: false)
        case .granted(let id): environmentID = id
        }
        if let delay = request.route.readDelay(plan), await !connection.stays(for: delay, configuration.clock) {
            return .dropped
        }
        do throws(APIError) {
            return try await handled(request, plan, connection, environmentID)
        } catch {
            return error.answer(legacy: plan.hasLegacyErrors)
        }
    }

    private func handled(
        _ request: IncomingRequest,
        _ plan: FaultPlan,
        _ connection: ClientConnection,
        _ environmentID: String
    ) async throws(APIError) -> Answer {
        let reads = CustomerReads(
            state: state,
            environmentID: environmentID,
            visibleUntil: UnixNanoseconds(configuration.clock.now().value - plan.replicaLag.nanoseconds)
        )
        switch request.route {
        case .create:
            let creation = CustomerCreation(configuration: configuration, state: state, environmentID: environmentID)
            return try await creation.answer(request, plan, connection)
        default:
            // The faults that a create meets inside its transaction mean the same to any other route.
            switch plan.decisive {
            case .databaseError: throw .database("Failed to get customer")
            case .internalError: throw .unexpected
            case .panic: throw .panic
            case .dropAfterCommit: return .dropped
            default: break
            }
        }
        switch request.route {
        case .me: return me
        case .search, .list: return try reads.search(request.searchFilter)
        case .lookup(let key): return try reads.lookup(key)
        case .get(let id): return try reads.get(id)
        case .related(let key): return try reads.related(key)
        case .update(let id):
            return try CustomerChanges(reads: reads, clock: configuration.clock).update(id: id, request)
        case .delete(let id): return try CustomerChanges(reads: reads, clock: configuration.clock).delete(id)
        default: return .pageNotFound
        }
    }

    private var me: Answer {
        .json { writer in
            writer.object { writer in
                writer.member("id", configuration.userID)
                writer.member("email", "")
                writer.name("roles")
                writer.array { $0.string("all_writer") }
                writer.member("tenant_id", configuration.tenantID)
            }
        }
    }
}

extension APIError: Error {}

extension Route {
    /// How long a route that commits nothing waits; a create waits inside its transaction.
    fileprivate func readDelay(_ plan: FaultPlan) -> Duration? {
        if case .create = self { return nil }
        let delay = plan.delayBeforeCommit + plan.delayAfterCommit
        return delay > .zero ? delay : nil
    }
}
