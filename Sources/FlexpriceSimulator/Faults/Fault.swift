/// Something that goes wrong on purpose.
///
/// Several may meet one request: those that only change it (a delay, the error shape, the way the body is sent, the
/// replica's lag) add up; of those that decide the answer the first that applies wins.
package enum Fault: Sendable, Hashable {
    /// The insert waits; a client that hangs up meanwhile rolls it back.
    case delayBeforeCommit(Duration)
    /// The customer is there, its answer comes late; the connection stays open.
    case delayAfterCommit(Duration)
    /// The connection closes without an answer, and nothing was done.
    case dropBeforeCommit
    /// The customer is there, and the connection closes without an answer.
    case dropAfterCommit
    /// No answer ever; the connection stays open until the client closes it or the simulator stops.
    case blackHole
    /// 401 for a key that is right: what the server says while its database is down.
    case unauthorized
    /// 403.
    case forbidden(ForbiddenReason)
    /// 500 of the middleware: the environment could not be looked up.
    case environmentLookupFailed
    /// 500 of the middleware: the tenant's status could not be looked up.
    case tenantCheckFailed
    /// 500 `database_error` on the insert.
    case databaseError
    /// 500 `internal_error`: no transaction could be begun or committed.
    case internalError
    /// 500 without a body: the server's code panicked.
    case panic
    /// The same behind the commit: the customer is there.
    case panicAfterCommit
    /// The customer has just been created by a usage event's workflow, so the create meets a stub: 409.
    case workflowStub
    /// 409 for another reason than the id; the customer is rolled back and the details do not name the id.
    case taxAssociationConflict
    /// 409 of a deployment whose index has another name: `Failed to create customer`; nothing was done.
    case constraintViolation
    /// 404 `not_found` on a create: the tax rate's code is unknown.
    case unknownTaxRate
    /// 400: the tenant's default tax rate is inactive, which every create meets.
    case inactiveTaxRate
    /// 404: the tenant's default tax association names a rate that was deleted, which every create meets.
    case deletedTaxRate
    /// An answer of something in front of the server.
    case edge(EdgeAnswer, afterCommit: Bool = false)
    /// Any answer whatever, in place of the server's: what a proxy, a portal or a firewall may say.
    case answer(status: Int, contentType: String?, body: String)
    /// 301 (GET) or 307 to a place, as from a load balancer that insists on TLS.
    case redirect(location: String)
    /// Errors in the nested shape of servers before April 2026.
    case legacyErrorShape
    /// Lookups and searches do not see what was created less than this ago.
    case replicaLag(Duration)
    /// Half of the body, a pause, the other half.
    case slowBody(Duration)
    /// Half of the body, then the connection closes.
    case truncatedBody
    /// 200 where a create answers 201.
    case okInsteadOfCreated
    /// The answer shows this external_id in place of the customer's.
    case otherExternalID(String)

    /// The name of the fault in rules and counts.
    package var name: String {
        switch self {
        case .delayBeforeCommit: "delay_before_commit"
        case .delayAfterCommit: "delay_after_commit"
        case .dropBeforeCommit: "drop_before_commit"
        case .dropAfterCommit: "drop_after_commit"
        case .blackHole: "black_hole"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .environmentLookupFailed: "environment_lookup_failed"
        case .tenantCheckFailed: "tenant_check_failed"
        case .databaseError: "database_error"
        case .internalError: "internal_error"
        case .panic: "panic"
        case .panicAfterCommit: "panic_after_commit"
        case .workflowStub: "workflow_stub"
        case .taxAssociationConflict: "tax_association_conflict"
        case .constraintViolation: "constraint_violation"
        case .unknownTaxRate: "unknown_tax_rate"
        case .inactiveTaxRate: "inactive_tax_rate"
        case .deletedTaxRate: "deleted_tax_rate"
        case .edge(let answer, _): answer.name
        case .answer: "answer"
        case .redirect: "redirect"
        case .legacyErrorShape: "legacy_error_shape"
        case .replicaLag: "replica_lag"
        case .slowBody: "slow_body"
        case .truncatedBody: "truncated_body"
        case .okInsteadOfCreated: "ok_instead_of_created"
        case .otherExternalID: "other_external_id"
        }
    }

    /// One of each fault; a value in it only fills the place of the fault's own.
    static let samples: [Fault] =
        [
            .delayBeforeCommit(.zero), .delayAfterCommit(.zero), .dropBeforeCommit, .dropAfterCommit, .blackHole,
            .unauthorized, .forbidden(.environment), .environmentLookupFailed, .tenantCheckFailed, .databaseError,
            .internalError, .panic, .panicAfterCommit, .workflowStub, .taxAssociationConflict, .constraintViolation,
            .unknownTaxRate, .inactiveTaxRate, .deletedTaxRate, .answer(status: 0, contentType: nil, body: ""),
            .redirect(location: ""), .legacyErrorShape, .replicaLag(.zero), .slowBody(.zero), .truncatedBody,
            .okInsteadOfCreated, .otherExternalID(""),
        ] + EdgeAnswer.all.map { .edge($0) }

    /// Whether the fault decides the answer, rather than change it.
    var isDecisive: Bool {
        switch self {
        case .delayBeforeCommit, .delayAfterCommit, .legacyErrorShape, .replicaLag, .slowBody, .truncatedBody: false
        default: true
        }
    }

    /// The routes that meet the fault when its scope names none.
    var usualRoutes: Set<RouteName> {
        if case .replicaLag = self { return [.lookup, .search, .list, .update] }
        return [.create]
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
