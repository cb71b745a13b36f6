import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging

@testable import Console

/// Pages behind the middleware that all of them have, asked by a user who has come in.
struct PageClient: Sendable {
    private let client: any TestClientProtocol

    /// Serves routes to a user of a role.
    static func with(
        _ role: Role,
        _ addRoutes: (Router<ConsoleContext>) -> Void,
        _ body: @escaping @Sendable (PageClient) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let router = Router(context: ConsoleContext.self)
        router.add(middleware: ErrorPages(pages: try Pages(), isSecure: false, logger: logger))
        router.add(middleware: Entrance(role: role))
        addRoutes(router)
        try await Application(router: router).test(.router) { try await body(PageClient(client: $0)) }
    }

    /// Lets everybody in.
    private struct Entrance: RouterMiddleware {
        let role: Role

        func handle(
            _ request: Request,
            context: ConsoleContext,
            next: @concurrent (Request, ConsoleContext) async throws -> Response
        ) async throws -> Response {
            context.session = Session(user: "vera", role: self.role, csrf: "c")
            return try await next(request, context)
        }
    }

    /// The status and the text of an answer.
    func get(_ path: String) async throws -> (status: HTTPResponse.Status, text: String) {
        try await self.client.execute(uri: path, method: .get) { ($0.status, String(buffer: $0.body)) }
    }

    /// The status and the place that an answer leads to.
    func post(_ path: String) async throws -> (status: HTTPResponse.Status, location: String?) {
        try await self.client.execute(uri: path, method: .post) { ($0.status, $0.headers[.location]) }
    }
}
