import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Operations
import Settings

/// Lets requests through to the pages: who asks is known, and a write comes from a form of the console itself.
///
/// The one place that decides it. Every write is a POST, every POST needs the token of its session, and every POST but
/// that of logging out needs an operator; a page needs to check nothing.
struct Gatekeeper: RouterMiddleware {
    typealias Context = ConsoleContext

    /// Forms of the largest command, of which every byte may be written as three.
    private let mostFormBytes: Int
    private let doors: Doors

    init(_ doors: Doors, mostFormBytes: Int) {
        self.doors = doors
        self.mostFormBytes = mostFormBytes
    }

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if Self.isOpen(request) { return try await next(request, context) }
        var context = context
        let entry = try self.doors.enter(request, from: context.remoteAddress)
        guard let session = entry.session else { return Self.askForLogin(request) }
        context.session = session
        switch request.method {
        case .get, .head: break
        case .post:
            context.form = try await self.form(of: request, session)
            guard session.role == .operator || request.uri.path == "/logout" else {
                throw PageError(.forbidden, "\(session.user) is a viewer: only operators change anything")
            }
        default: throw PageError(.methodNotAllowed, "only GET and POST are served here")
        }
        var response = try await next(request, context)
        if let cookie = entry.newCookie { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return response
    }

    /// What may be loaded without a login.
    private static func isOpen(_ request: Request) -> Bool {
        request.uri.path.hasPrefix("/assets/") || request.uri.path == "/login"
    }

    /// A page sends its reader to the login; what a script loads does not.
    private static func askForLogin(_ request: Request) -> Response {
        let path = request.uri.path
        guard request.method == .get, !path.hasPrefix("/data/"), !path.hasPrefix("/live/") else {
            return Response.json(.string("log in first"), status: .unauthorized)
        }
        let place = path == "/" ? "" : "?next=" + Form.encoded(path + (request.uri.query.map { "?\($0)" } ?? ""))
        return .seeOther("/login\(place)")
    }

    private func form(of request: Request, _ session: Session) async throws -> Form {
        try Self.checkOrigin(of: request)
        let form = try await Self.form(of: request, upTo: self.mostFormBytes)
        guard let token = form["csrf"], token.utf8.elementsEqual(session.csrf.utf8) else {
            throw PageError(.forbidden, "this form is of an older session; load the page again and repeat it")
        }
        return form
    }

    static func form(of request: Request, upTo limit: Int) async throws -> Form {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") ?? false else {
            throw PageError(.unsupportedMediaType, "expected a form (application/x-www-form-urlencoded)")
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw PageError(.contentTooLarge, "the form is larger than \(limit) bytes")
        }
        guard let form = String(validating: body.readableBytesView, as: UTF8.self).flatMap({ Form(parsing: $0) }) else {
            throw PageError(.badRequest, "the form cannot be read")
        }
        return form
    }

    /// A browser names the page that a form was sent from (RFC 6454, section 7; Fetch, section 3.2): one of another
    /// origin is refused, whatever token it has.
    static func checkOrigin(of request: Request) throws(PageError) {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        let isForeign = site.map { $0 != "same-origin" && $0 != "none" } ?? false
        let authority = request.head.authority ?? ""
        let origins = ["https://\(authority)", "http://\(authority)"]
        guard !isForeign, request.headers[.origin].map(origins.contains) ?? true else {
            throw PageError(.forbidden, "this form was sent from a page of another site")
        }
    }
}

/// The ways into the console: a token that opens a session, or a trusted proxy that names the user.
struct Doors: Sendable {
    /// Who comes in, and the cookie that the answer sets for a session that has just been opened.
    struct Entry {
        let session: Session?
        var newCookie: String?
    }

    let sessions: Sessions
    let tokens: AccessTokens
    private let settings: Settings.Console
    private let isSecure: Bool

    init(_ settings: Settings.Console) {
        self.settings = settings
        self.sessions = Sessions()
        self.tokens = AccessTokens(viewers: settings.viewerTokensFile, operators: settings.operatorTokensFile)
        self.isSecure = settings.tlsCertificateFile != nil || settings.behindProxy
    }

    /// A cookie with the prefix `__Host-` can be set by no other host (RFC 6265bis, section 4.1.3), and needs TLS.
    private var cookieName: String { self.isSecure ? "__Host-customer_worker" : "customer_worker" }

    /// The cookie of a session, or the one that ends it.
    func cookie(_ secret: String?) -> String {
        let value = secret.map { "\(self.cookieName)=\($0)" } ?? "\(self.cookieName)=; Max-Age=0"
        return "\(value); Path=/; HttpOnly; SameSite=Strict\(self.isSecure ? "; Secure" : "")"
    }

    func secret(of request: Request) -> String? { request.cookies[self.cookieName]?.value }

    /// Finds out who asks.
    ///
    /// - Throws: ``PageError`` 403 when a proxy should name the user and does not.
    func enter(_ request: Request, from address: String?) throws(PageError) -> Entry {
        let secret = self.secret(of: request)
        let session = secret.flatMap { self.sessions.find($0) }
        guard let user = try self.userOfProxy(request, from: address) else { return Entry(session: session) }
        let role: Role = self.settings.operators.contains(user) ? .operator : .viewer
        if let session, session.user == user, session.role == role { return Entry(session: session) }
        if let secret { self.sessions.close(secret) }
        let (newSecret, newSession) = self.sessions.open(user, role)
        return Entry(session: newSession, newCookie: self.cookie(newSecret))
    }

    /// The user whom a trusted proxy names; `nil` when users log in themselves.
    private func userOfProxy(_ request: Request, from address: String?) throws(PageError) -> String? {
        guard let header = self.settings.userHeader, let name = HTTPField.Name(header) else { return nil }
        guard let proxy = address.flatMap({ IPAddress(parsing: $0) }), self.settings.trustedProxies.contains(proxy)
        else {
            if !self.tokens.isEmpty { return nil }
            throw PageError(
                .forbidden,
                "\(address ?? "this address") is none of console.trusted_proxies: come through the proxy"
            )
        }
        let values = request.headers[values: name]
        guard values.count == 1, let user = values.first, !user.isEmpty, user.utf8.count <= 256 else {
            if values.isEmpty, !self.tokens.isEmpty { return nil }
            throw PageError(.forbidden, "the proxy names no user in the header \(header)")
        }
        return user
    }
}
