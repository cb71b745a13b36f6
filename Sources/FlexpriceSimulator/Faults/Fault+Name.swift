extension Fault {
    /// The name by which the administration and the counts know the fault.
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

    /// The faults that have no values of their own.
    static let plain: [Fault] = [
        .dropBeforeCommit, .dropAfterCommit, .blackHole, .unauthorized, .environmentLookupFailed, .tenantCheckFailed,
        .databaseError, .internalError, .panic, .workflowStub, .taxAssociationConflict, .constraintViolation,
        .unknownTaxRate, .inactiveTaxRate, .deletedTaxRate, .legacyErrorShape, .truncatedBody, .okInsteadOfCreated,
        .panicAfterCommit,
    ]

    /// The names of all faults, sorted.
    static var names: [String] {
        let edges: [EdgeAnswer] = [
            .requestTimeout, .payloadTooLarge, .unsupportedMediaType, .tooManyRequests(nil), .badGateway,
            .serviceUnavailable(nil), .gatewayTimeout,
        ]
        let valued: [Fault] = [
            .delayBeforeCommit(.zero), .delayAfterCommit(.zero), .forbidden(.environment), .redirect(location: ""),
            .replicaLag(.zero), .slowBody(.zero), .otherExternalID(""),
            .answer(status: 0, contentType: nil, body: ""),
        ]
        return ((plain + valued).map(\.name) + edges.map(\.name)).sorted()
    }
}

extension EdgeAnswer {
    fileprivate var name: String {
        switch self {
        case .requestTimeout: "request_timeout"
        case .payloadTooLarge: "payload_too_large"
        case .unsupportedMediaType: "unsupported_media_type"
        case .tooManyRequests: "too_many_requests"
        case .badGateway: "bad_gateway"
        case .serviceUnavailable: "service_unavailable"
        case .gatewayTimeout: "gateway_timeout"
        }
    }
}
