import HTTPTypes

/// A request with its whole body, routed and, as far as the faults need it, read.
struct IncomingRequest {
    let head: HTTPRequest
    let target: RequestTarget
    let route: Route
    let body: [UInt8]
    /// What a create carries, bound once; nil for other routes and where the format is invalid.
    let createRequest: CustomerRequest?
    /// What a search carries, bound once; nil for other routes and where the format is invalid.
    let searchFilter: SearchFilter?

    init(head: HTTPRequest, target: RequestTarget, body: [UInt8]) {
        self.head = head
        self.target = target
        self.body = body
        self.route = Route(method: head.method, path: target.path)
        self.createRequest = self.route.name == .create ? CustomerRequest(body, of: .create) : nil
        self.searchFilter =
            switch self.route.name {
            case .search: SearchFilter(body: body)
            case .list: SearchFilter(query: target)
            default: nil
            }
    }

    var externalIDs: [String] {
        switch self.route.name {
        case .lookup, .related: [String(decoding: self.route.parameter, as: UTF8.self)]
        case .update: self.target.parameters("external_customer_id")
        default:
            self.createRequest.map { [$0.texts[.externalID] ?? ""] } ?? self.searchFilter?.externalIDs ?? []
        }
    }
}

/// The routes by name, for fault scopes and counts.
package enum RouteName: String, Sendable, Hashable, CaseIterable {
    case health
    case me
    case create
    case search
    case list
    case lookup
    case get
    case update
    case delete
    /// Routes that a lookup's path can end in by mistake: entitlements and subscriptions of a customer.
    case related
    case redirect
    case notFound = "not_found"

    var isWrite: Bool { self == .create || self == .update || self == .delete }
}

/// The route that gin finds for a method and a decoded path.
struct Route {
    let name: RouteName
    /// The path's parameter: a customer's id or external_id; of a redirect, the path to go to.
    let parameter: [UInt8]

    /// Finds the route.
    ///
    /// A parameter takes one segment that is not empty, so an id with a slash in it leads elsewhere: to no route, to a
    /// redirect, or to the entitlements of another customer.
    init(method: HTTPRequest.Method, path: [UInt8]) {
        if let exact = Self.match(method, path) {
            self = exact
        } else if path.count > 1, path.last == UInt8(ascii: "/"), Self.match(method, path.dropLast()) != nil {
            self.init(name: .redirect, parameter: path.dropLast())
        } else {
            self.init(name: .notFound, parameter: [])
        }
    }

    private init(name: RouteName, parameter: [UInt8]) {
        self.name = name
        self.parameter = parameter
    }

    /// The routes in the order in which they are tried; `:` takes any segment that is not empty.
    private static let table: [(method: HTTPRequest.Method, segments: [[UInt8]], name: RouteName)] =
        [
            (.get, "health", .health),
            (.get, "v1/users/me", .me),
            (.post, "v1/customers", .create),
            (.post, "v1/customers/search", .search),
            (.get, "v1/customers", .list),
            (.get, "v1/customers/external/:", .lookup),
            (.get, "v1/customers/lookup/:", .lookup),
            (.get, "v1/customers/external/:/entitlements", .related),
            (.get, "v1/customers/external/:/subscriptions", .related),
            (.get, "v1/customers/:", .get),
            (.put, "v1/customers", .update),
            (.put, "v1/customers/:", .update),
            (.delete, "v1/customers/:", .delete),
        ].map { (method: HTTPRequest.Method, path: String, name: RouteName) in
            (method, path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init), name)
        }

    private static func match(_ method: HTTPRequest.Method, _ path: some Collection<UInt8>) -> Route? {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        for route in Self.table where route.method == method && route.segments.count == segments.count {
            var parameter: [UInt8] = []
            let fits = zip(route.segments, segments).allSatisfy { wanted, found in
                guard wanted == [UInt8(ascii: ":")] else { return found.elementsEqual(wanted) }
                parameter = Array(found)
                return !found.isEmpty
            }
            if fits { return Route(name: route.name, parameter: parameter) }
        }
        return nil
    }
}
