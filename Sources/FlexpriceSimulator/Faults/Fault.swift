/// Something that goes wrong on purpose.
///
/// Several may meet one request: those that only change it (a time, the error shape, half a body) add up; of those that
/// decide the answer the first that applies wins.
package enum Fault: Sendable, Hashable {
    case plain(Plain)
    case timed(Timed, Duration)
    /// 403.
    case forbidden(ForbiddenReason)
    /// An answer of something in front of the server.
    case edge(EdgeAnswer, afterCommit: Bool = false)
    /// Any answer whatever, in place of the server's: what a proxy, a portal or a firewall may say.
    case answer(status: Int, contentType: String?, body: String)
    /// 301 (GET) or 307 to a place, as from a load balancer that insists on TLS.
    case redirect(location: String)
    /// The answer shows this external_id in place of the customer's.
    case otherExternalID(String)

    /// The faults that have no value of their own, by their names in rules and counts.
    package enum Plain: String, Sendable, CaseIterable {
        /// The connection closes without an answer, and nothing was done.
        case dropBeforeCommit = "drop_before_commit"
        /// The customer is there, and the connection closes without an answer.
        case dropAfterCommit = "drop_after_commit"
        /// No answer ever; the connection stays open until the client closes it or the simulator stops.
        case blackHole = "black_hole"
        /// 401 for a key that is right: what the server says while its database is down.
        case unauthorized
        /// 500 of the middleware: the environment could not be looked up.
        case environmentLookupFailed = "environment_lookup_failed"
        /// 500 of the middleware: the tenant's status could not be looked up.
        case tenantCheckFailed = "tenant_check_failed"
        /// 500 `database_error` on the insert.
        case databaseError = "database_error"
        /// 500 `internal_error`: no transaction could be begun or committed.
        case internalError = "internal_error"
        /// 500 without a body: the server's code panicked.
        case panic
        /// The same behind the commit: the customer is there.
        case panicAfterCommit = "panic_after_commit"
        /// The customer has just been created by a usage event's workflow, so the create meets a stub: 409.
        case workflowStub = "workflow_stub"
        /// 409 for another reason than the id; the customer is rolled back and the details do not name the id.
        case taxAssociationConflict = "tax_association_conflict"
        /// 409 of a deployment whose index has another name: `Failed to create customer`; nothing was done.
        case constraintViolation = "constraint_violation"
        /// 404 `not_found` on a create: the tax rate's code is unknown.
        case unknownTaxRate = "unknown_tax_rate"
        /// 400: the tenant's default tax rate is inactive, which every create meets.
        case inactiveTaxRate = "inactive_tax_rate"
        /// 404: the tenant's default tax association names a rate that was deleted, which every create meets.
        case deletedTaxRate = "deleted_tax_rate"
        /// Errors in the nested shape of servers before April 2026.
        case legacyErrorShape = "legacy_error_shape"
        /// Half of the body, then the connection closes.
        case truncatedBody = "truncated_body"
        /// 200 where a create answers 201.
        case okInsteadOfCreated = "ok_instead_of_created"
    }

    /// The faults that are a time, by their names in rules and counts.
    package enum Timed: String, Sendable, CaseIterable {
        /// The insert waits; a client that hangs up meanwhile rolls it back.
        case delayBeforeCommit = "delay_before_commit"
        /// The customer is there, its answer comes late; the connection stays open.
        case delayAfterCommit = "delay_after_commit"
        /// Lookups and searches do not see what was created less than this ago.
        case replicaLag = "replica_lag"
        /// Half of the body, a pause, the other half.
        case slowBody = "slow_body"
    }

    /// The faults that have values of another kind, by their names in rules and counts.
    enum Valued: String, CaseIterable {
        case forbidden
        case answer
        case redirect
        case otherExternalID = "other_external_id"
    }

    static let names =
        (Plain.allCases.map(\.rawValue) + Timed.allCases.map(\.rawValue) + Valued.allCases.map(\.rawValue)
        + EdgeAnswer.all.map(\.name)).sorted()

    package var name: String {
        switch self {
        case .plain(let plain): plain.rawValue
        case .timed(let timed, _): timed.rawValue
        case .edge(let answer, _): answer.name
        case .forbidden: Valued.forbidden.rawValue
        case .answer: Valued.answer.rawValue
        case .redirect: Valued.redirect.rawValue
        case .otherExternalID: Valued.otherExternalID.rawValue
        }
    }

    /// Whether the fault decides the answer, rather than change it.
    var isDecisive: Bool {
        switch self {
        case .timed, .plain(.legacyErrorShape), .plain(.truncatedBody): false
        default: true
        }
    }

    /// The routes that meet the fault when its scope names none.
    var usualRoutes: Set<RouteName> {
        if case .timed(.replicaLag, _) = self { [.lookup, .search, .list, .update] } else { [.create] }
    }
}

/// Why a valid key may not do what it asks.
package enum ForbiddenReason: String, Sendable, Hashable, CaseIterable {
    /// The environment is missing or unknown.
    case environment
    /// The key's user has no access to the environment.
    case environmentAccess = "environment_access"
    /// The tenant is suspended; reads still work.
    case suspended
    /// The key's role may not write customers; reads still work.
    case permissions

    var error: APIError {
        switch self {
        case .environment:
            .middleware(403, error: "Access denied", message: "Invalid or inaccessible environment")
        case .environmentAccess:
            .middleware(403, error: "Access denied", message: "You don't have access to this environment")
        case .suspended: .middleware(403, message: "tenant account is suspended")
        case .permissions: .middleware(403, message: "insufficient permissions")
        }
    }
}
