import HTTPTypes

/// The routes by name, for fault scopes and counts.
package enum RouteName: String, Sendable, Hashable, CaseIterable, Codable {
    case health
    case me
    case create
    case search
    case list
    case lookup
    case get
    case update
    case delete
    /// Routes that a look-up's path can end in by mistake: entitlements and subscriptions of a customer.
    case related
    case redirect
    case notFound = "not_found"
}

/// The route that gin finds for a method and a decoded path.
enum Route {
    case health
    case me
    case create
    case search
    case list
    case lookup([UInt8])
    case get([UInt8])
    case update(id: [UInt8]?)
    case delete([UInt8])
    case related([UInt8])
    /// The path would match without its last slash; the path to go to.
    case redirect([UInt8])
    case notFound

    /// Finds the route.
    ///
    /// A parameter takes one segment that is not empty, so an id with a slash in it leads elsewhere: to no route, to a
    /// redirect, or to the entitlements of another customer.
    init(method: HTTPRequest.Method, path: [UInt8]) {
        if let exact = Self.match(method, path) {
            self = exact
        } else if path.count > 1, path.last == UInt8(ascii: "/"), Self.match(method, Array(path.dropLast())) != nil {
            self = .redirect(Array(path.dropLast()))
        } else {
            self = .notFound
        }
    }

    var name: RouteName {
        switch self {
        case .health: .health
        case .me: .me
        case .create: .create
        case .search: .search
        case .list: .list
        case .lookup: .lookup
        case .get: .get
        case .update: .update
        case .delete: .delete
        case .related: .related
        case .redirect: .redirect
        case .notFound: .notFound
        }
    }

    private static func match(_ method: HTTPRequest.Method, _ path: [UInt8]) -> Route? {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        switch (method, names.count, names.first) {
        case (.get, 1, "health"): return .health
        case (.get, 2, "v1") where names[1] == "users": return nil
        case (.get, 3, "v1") where names[1] == "users" && names[2] == "me": return .me
        case (_, 2..., "v1") where names[1] == "customers":
            let rest = Array(segments.dropFirst(2))
            return rest.contains(where: \.isEmpty) ? nil : customers(method, rest.map(Array.init))
        default: return nil
        }
    }

    private static func customers(_ method: HTTPRequest.Method, _ rest: [[UInt8]]) -> Route? {
        let names = rest.map { String(decoding: $0, as: UTF8.self) }
        switch (method, rest.count) {
        case (.post, 0): return .create
        case (.get, 0): return .list
        case (.put, 0): return .update(id: nil)
        case (.post, 1) where names[0] == "search": return .search
        case (.get, 1): return .get(rest[0])
        case (.put, 1): return .update(id: rest[0])
        case (.delete, 1): return .delete(rest[0])
        case (.get, 2) where names[0] == "external" || names[0] == "lookup": return .lookup(rest[1])
        case (.get, 3) where names[0] == "external" && isRelated(names[2]): return .related(rest[1])
        default: return nil
        }
    }

    private static func isRelated(_ name: String) -> Bool { name == "entitlements" || name == "subscriptions" }
}
