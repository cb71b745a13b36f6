import HTTPTypes

/// A request with its whole body, routed and, as far as the faults need it, read.
struct IncomingRequest {
    let head: HTTPRequest
    let target: RequestTarget
    let route: Route
    let body: [UInt8]
    /// What a create carries, bound once; nil for other routes and where the format is invalid.
    let createRequest: CreateCustomerRequest?
    /// What a search carries, bound once; nil for other routes and where the format is invalid.
    let searchFilter: SearchFilter?

    init(head: HTTPRequest, target: RequestTarget, body: [UInt8]) {
        self.head = head
        self.target = target
        self.body = body
        route = Route(method: head.method, path: target.path)
        if case .create = route { createRequest = CreateCustomerRequest(body: body) } else { createRequest = nil }
        switch route {
        case .search: searchFilter = SearchFilter(body: body)
        case .list: searchFilter = SearchFilter(query: target)
        default: searchFilter = nil
        }
    }

    /// The external ids that the request is about.
    var externalIDs: [String] {
        switch route {
        case .lookup(let id), .related(let id): [String(decoding: id, as: UTF8.self)]
        case .update: target.parameters("external_customer_id")
        default:
            createRequest.map { [$0.externalID] }
                ?? searchFilter.map { ($0.externalIDs ?? []) + [$0.externalID].filter { !$0.isEmpty } } ?? []
        }
    }
}
