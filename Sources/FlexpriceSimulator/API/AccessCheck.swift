import HTTPTypes
import Records

/// What the server checks before a handler runs, in its order: key, environment, tenant, access, role.
struct AccessCheck {
    let configuration: SimulatorConfiguration

    enum Outcome {
        /// The environment in which the request runs.
        case granted(environmentID: String)
        case refused(APIError)
    }

    func check(_ request: IncomingRequest, _ fault: Fault?) -> Outcome {
        if let error = keyError(request.head.headerFields, fault) { return .refused(error) }
        if case .me = request.route { return .granted(environmentID: configuration.defaultEnvironmentID) }
        let environment: String
        switch (configuration.environmentHeader, request.head.headerFields[HeaderName.environmentID]) {
        case (.ignored, _): environment = configuration.defaultEnvironmentID
        case (.required, let id?) where configuration.environmentIDs.contains(id): environment = id
        case (.required, _): return .refused(ForbiddenReason.environment.error)
        }
        return faultError(fault, isWrite: request.route.isWrite).map(Outcome.refused)
            ?? .granted(environmentID: environment)
    }

    private func keyError(_ headers: HTTPFields, _ fault: Fault?) -> APIError? {
        if fault != .unauthorized, let key = headers[HeaderName.apiKey],
            ExactText(key) == ExactText(configuration.apiKey)
        {
            return nil
        }
        // Without a valid key the server tries the other way in, and its message is about that one.
        let message =
            switch headers[.authorization] {
            case nil, "": "Unauthorized"
            case let value? where value.hasPrefix("Bearer "): "Invalid token"
            case _?: "Invalid authorization header format"
            }
        return .refused(401, [("error", message)])
    }

    private func faultError(_ fault: Fault?, isWrite: Bool) -> APIError? {
        switch fault {
        case .environmentLookupFailed:
            .refused(500, [("error", "Internal server error"), ("message", "Failed to resolve environment")])
        case .tenantCheckFailed: .refused(500, [("message", "failed to verify tenant access")])
        case .forbidden(.suspended) where !isWrite, .forbidden(.permissions) where !isWrite: nil
        case .forbidden(let reason): reason.error
        default: nil
        }
    }
}

extension Route {
    fileprivate var isWrite: Bool {
        switch self {
        case .create, .update, .delete: true
        default: false
        }
    }
}
