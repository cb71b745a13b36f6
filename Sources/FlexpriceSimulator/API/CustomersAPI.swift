import HTTPTypes
import JSON
import Records

/// The API's routes: what the server answers to one request, faults included.
struct CustomersAPI {
    let state: SimulatorState
    /// The faults that the request meets.
    let plan: FaultPlan
    /// Tells whether the client still waits, which decides about what is not committed yet.
    let connection: ClientConnection

    private var configuration: SimulatorConfiguration { self.state.configuration }

    func answer(_ request: IncomingRequest) async -> Answer {
        switch self.plan.decisive {
        case .edge(let edge, false): return edge.answer(at: self.configuration.clock.now())
        case .answer(let status, let contentType, let body): return .foreign(status, contentType, body)
        case .redirect(let location):
            var answer = Answer.redirect(method: request.head.method, to: location)
            answer.isFromServer = false
            return answer
        case .dropBeforeCommit: return .dropped
        case .blackHole:
            await self.connection.waitUntilClosed()
            return .dropped
        default: break
        }
        switch request.route.name {
        case .notFound: return .pageNotFound
        case .redirect:
            let query = request.target.query.map { "?" + $0 } ?? ""
            return .redirect(
                method: request.head.method,
                to: RequestTarget.encodePath(request.route.parameter) + query
            )
        case .health: return .json(.members(["status": .string("ok")]))
        default: break
        }
        let environmentID: String
        do throws(APIError) {
            environmentID = try self.environmentID(of: request)
        } catch {
            return error.answer()
        }
        // A create waits inside its transaction.
        let delay = request.route.name == .create ? .zero : self.plan.delayBeforeCommit + self.plan.delayAfterCommit
        guard await self.connection.stays(for: delay, self.configuration.clock) else { return .dropped }
        do throws(APIError) {
            return try await self.handled(request, environmentID)
        } catch {
            return error.answer(legacy: self.plan.hasLegacyErrors)
        }
    }

    /// The environment in which the request runs, after the checks before a handler: key, environment, tenant, access,
    /// role.
    private func environmentID(of request: IncomingRequest) throws(APIError) -> String {
        let fields = request.head.headerFields
        guard self.plan.decisive != .unauthorized, fields[.apiKey]?.hasSameBytes(as: self.configuration.apiKey) == true
        else {
            // Without a valid key the server tries the other way in, and its message is about that one.
            let authorization = fields[.authorization] ?? ""
            throw .middleware(
                401,
                error: authorization.isEmpty
                    ? "Unauthorized"
                    : authorization.hasPrefix("Bearer ") ? "Invalid token" : "Invalid authorization header format"
            )
        }
        if request.route.name == .me { return self.configuration.defaultEnvironmentID }
        var environmentID = self.configuration.defaultEnvironmentID
        if self.configuration.environmentHeader == .required {
            environmentID = fields[.environmentID] ?? ""
            guard self.configuration.environmentIDs.contains(environmentID) else {
                throw ForbiddenReason.environment.error
            }
        }
        switch self.plan.decisive {
        case .environmentLookupFailed:
            throw .middleware(500, error: "Internal server error", message: "Failed to resolve environment")
        case .tenantCheckFailed: throw .middleware(500, message: "failed to verify tenant access")
        case .forbidden(.suspended), .forbidden(.permissions):
            if !request.route.name.isWrite { return environmentID }
        default: break
        }
        if case .forbidden(let reason) = self.plan.decisive { throw reason.error }
        return environmentID
    }

    private func handled(_ request: IncomingRequest, _ environmentID: String) async throws(APIError) -> Answer {
        if request.route.name == .create {
            return try await CustomerCreation(
                state: self.state,
                plan: self.plan,
                connection: self.connection,
                environmentID: environmentID
            ).answer(request)
        }
        // The faults that a create meets inside its transaction mean the same to any other route.
        switch self.plan.decisive {
        case .databaseError: throw .database("Failed to get customer")
        case .internalError: throw .unexpected
        case .panic: throw .panic
        case .dropAfterCommit: return .dropped
        default: break
        }
        let reads = CustomerReads(
            state: self.state,
            environmentID: environmentID,
            visibleUntil: self.configuration.clock.now().advanced(by: .zero - self.plan.replicaLag)
        )
        switch request.route.name {
        case .me:
            return .json(
                .members([
                    "id": .string(self.configuration.userID), "email": .string(""),
                    "roles": .array([.string("all_writer")]), "tenant_id": .string(self.configuration.tenantID),
                ])
            )
        case .search, .list: return try reads.search(request.searchFilter)
        case .lookup: return try reads.lookup(request.route.parameter)
        case .get: return try reads.get(request.route.parameter)
        case .related: return try reads.related(request.route.parameter)
        case .update: return try CustomerChanges(reads: reads).update(request)
        case .delete: return try CustomerChanges(reads: reads).delete(request.route.parameter)
        case .health, .create, .redirect, .notFound: return .pageNotFound
        }
    }
}
