import HTTPTypes
import Hummingbird
import JSON
import Logging
import Operations
import Synchronization

struct LoginPages: Sendable {
    private static let mostFormBytes = 8_192

    let doors: Doors
    let pages: Pages
    let limit: LoginLimit
    let logger: Logger

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/login") { request, context in
            self.page(request, context, next: Form(queryOf: request)["next"], problem: nil, .ok)
        }
        router.get("/data/session") { _, context in
            let session = context.session
            return Response.json(.members(["user": .text(session?.user), "role": .text(session?.role.rawValue)]))
        }
        router.post("/login") { request, context in try await self.logIn(request, context) }
        router.post("/logout") { request, _ in
            if let secret = self.doors.secret(of: request) { self.doors.sessions.close(secret) }
            return self.withCookie(nil, .seeOther("/login"))
        }
    }

    private func logIn(_ request: Request, _ context: ConsoleContext) async throws -> Response {
        try Gatekeeper.checkOrigin(of: request)
        let form = try await Gatekeeper.form(of: request, upTo: Self.mostFormBytes)
        let address = context.remoteAddress ?? "unknown"
        guard self.limit.allows(address) else {
            let problem = "Too many attempts; wait a minute."
            var response = self.page(request, context, next: form["next"], problem: problem, .tooManyRequests)
            response.headers[.retryAfter] = "60"
            return response
        }
        guard let token = AccessTokens.find(form["token"] ?? "", in: try self.doors.tokens.read()) else {
            self.limit.failed(address)
            self.logger.warning("Login refused", metadata: ["address": "\(address)"])
            return self.page(request, context, next: form["next"], problem: "This token is not known.", .forbidden)
        }
        // A session that came with the request ends: the new one was chosen here.
        if let secret = self.doors.secret(of: request) { self.doors.sessions.close(secret) }
        let (secret, session) = self.doors.sessions.open(token.user, token.role, token: token.digest)
        self.logger.notice("Logged in", metadata: ["user": "\(session.user)", "role": "\(session.role.rawValue)"])
        return self.withCookie(secret, .seeOther(Self.place(form["next"])))
    }

    private func page(
        _ request: Request,
        _ context: ConsoleContext,
        next: String?,
        problem: String?,
        _ status: HTTPResponse.Status
    ) -> Response {
        let content: Content = ["next": Self.place(next), "error": problem]
        return self.pages.page("login", title: "Log in", content, request, context, status: status)
    }

    private func withCookie(_ secret: String?, _ response: Response) -> Response {
        var response = response
        response.headers.append(HTTPField(name: .setCookie, value: self.doors.cookie(secret)))
        return response
    }

    /// A path of the console itself: nothing that a browser would take for another host's address.
    static func place(_ next: String?) -> String {
        guard let next, next.hasPrefix("/"), !next.hasPrefix("//"),
            next.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return next
    }
}

/// Bounds failed logins: ten a minute for one address, a hundred for all of them together.
///
/// Counted by the address of the connection. Behind a proxy that is the proxy's: one that guesses keeps others from
/// logging in by token for a minute, but no one from working who is logged in.
final class LoginLimit: Sendable {
    private struct Window {
        var began: ContinuousClock.Instant
        var failures: [String: Int] = [:]
        var total = 0
    }

    private static let length: Duration = .seconds(60)
    private static let mostOfOne = 10
    private static let mostOfAll = 100

    private let window: Mutex<Window>

    init(at now: ContinuousClock.Instant = .now) {
        self.window = Mutex(Window(began: now))
    }

    func allows(_ address: String, at now: ContinuousClock.Instant = .now) -> Bool {
        self.window.withLock { window in
            Self.turn(&window, now)
            return window.total < Self.mostOfAll && window.failures[address, default: 0] < Self.mostOfOne
        }
    }

    func failed(_ address: String, at now: ContinuousClock.Instant = .now) {
        self.window.withLock { window in
            Self.turn(&window, now)
            window.total += 1
            window.failures[address, default: 0] += 1
        }
    }

    private static func turn(_ window: inout Window, _ now: ContinuousClock.Instant) {
        if window.began + Self.length <= now { window = Window(began: now) }
    }
}
