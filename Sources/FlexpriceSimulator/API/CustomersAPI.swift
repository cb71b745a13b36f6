import HTTPTypes
import JSON
import Records

/// The API's routes: what the server answers to one request, faults included.
struct CustomersAPI {
    let state: SimulatorState
    let request: IncomingRequest
    let plan: FaultPlan
    /// Tells whether the client still waits, which decides about what is not committed yet.
    let connection: ClientConnection

    var configuration: SimulatorConfiguration { self.state.configuration }

    func answer() async -> Answer {
        let method = self.request.head.method
        switch self.plan.decisive {
        case .edge(let edge, false): return edge.answer(at: self.configuration.clock.now())
        case .answer(let status, let contentType, let body): return .foreign(status, contentType, body)
        case .redirect(let location):
            var answer = Answer.redirect(method: method, to: location)
            answer.isFromServer = false
            return answer
        case .plain(.dropBeforeCommit): return .dropped
        case .plain(.blackHole):
            await self.connection.waitUntilClosed()
            return .dropped
        default: break
        }
        let route = self.request.route
        switch route.name {
        case .notFound: return .pageNotFound
        case .redirect:
            let query = self.request.target.query.map { "?" + $0 } ?? ""
            return .redirect(method: method, to: RequestTarget.encodePath(route.parameter) + query)
        case .health: return .json(.members(["status": .string("ok")]))
        default: break
        }
        do throws(APIError) {
            try self.checkAccess()
        } catch {
            // What the middleware refuses has never had another shape.
            return error.answer()
        }
        do throws(APIError) {
            if route.name == .create { return try await self.create() }
            // A create waits inside its transaction.
            let delay = self.plan.delayBeforeCommit + self.plan.delayAfterCommit
            guard await self.connection.stays(for: delay, self.configuration.clock) else { return .dropped }
            return try self.handled(route)
        } catch {
            return error.answer(legacy: self.plan.hasLegacyErrors)
        }
    }

    /// The checks before a handler: key, environment, tenant, access, role.
    private func checkAccess() throws(APIError) {
        let fields = self.request.head.headerFields
        let isKeyRight = fields[.apiKey]?.hasSameBytes(as: self.configuration.apiKey) == true
        guard isKeyRight, self.plan.decisive != .plain(.unauthorized) else {
            // Without a valid key the server tries the other way in, and its message is about that one.
            let authorization = fields[.authorization] ?? ""
            throw .middleware(
                401,
                error: authorization.isEmpty
                    ? "Unauthorized"
                    : authorization.hasPrefix("Bearer ") ? "Invalid token" : "Invalid authorization header format"
            )
        }
        if self.request.route.name == .me { return }
        switch self.plan.decisive {
        case .plain(.environmentLookupFailed):
            throw .middleware(500, error: "Internal server error", message: "Failed to resolve environment")
        case .plain(.tenantCheckFailed): throw .middleware(500, message: "failed to verify tenant access")
        case .forbidden(.suspended) where !self.request.route.name.isWrite: break
        case .forbidden(.permissions) where !self.request.route.name.isWrite: break
        case .forbidden(let reason): throw reason.error
        default: break
        }
    }

    private func handled(_ route: Route) throws(APIError) -> Answer {
        // The faults that a create meets inside its transaction mean the same to any other route.
        switch self.plan.decisive {
        case .plain(.databaseError): throw .database("Failed to get customer")
        case .plain(.internalError): throw .unexpected
        case .plain(.panic): throw .panic
        case .plain(.dropAfterCommit): return .dropped
        default: break
        }
        switch route.name {
        case .me:
            return .json(
                .members([
                    "id": .string(SimulatedCustomer.userID), "email": .string(""),
                    "roles": .array([.string("all_writer")]), "tenant_id": .string(SimulatedCustomer.tenantID),
                ])
            )
        case .search, .list: return try self.search()
        case .lookup: return .json(try self.lookedUp(route.parameter).json(isEcho: false))
        // Archived customers too.
        case .get: return .json(try self.customer(route.parameter).json(isEcho: false))
        // Entitlements or subscriptions, always empty here. An id with a slash in it can lead a lookup to them.
        case .related:
            let id = try self.lookedUp(route.parameter).id
            return .json(.members(["customer_id": .string(id), "features": .array([])]))
        case .update: return try self.update()
        case .delete: return try self.delete()
        case .health, .create, .redirect, .notFound: return .pageNotFound
        }
    }
}
