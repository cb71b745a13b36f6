import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Settings
import Testing

@testable import Console

/// Who gets in, and what a request of another site cannot do.
@Suite struct GatekeeperTests {
    @Test func onlyTheLoginAndTheAssetsAreOpen() async throws {
        try await self.withConsole { client, _ in
            try await client.execute(uri: "/letters?code=a%26b", method: .get) { response in
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/login?next=%2Fletters%3Fcode%3Da%2526b")
            }
            for path in ["/data/history", "/live/overview"] {
                try await client.execute(uri: path, method: .get) { #expect($0.status == .unauthorized) }
            }
            try await client.execute(uri: "/write", method: .post) { #expect($0.status == .unauthorized) }
            try await client.execute(uri: "/login", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/assets/console.css", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/assets/../secret", method: .get) { #expect($0.status == .notFound) }
        }
    }

    @Test func everyAnswerHasTheHeadersThatProtectABrowser() async throws {
        try await self.withConsole { client, _ in
            for path in ["/", "/login", "/no/such/page", "/assets/console.js", "/data/x"] {
                try await client.execute(uri: path, method: .get) { response in
                    #expect(
                        response.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'self'") == true,
                        "\(path)"
                    )
                    #expect(response.headers[.xContentTypeOptions] == "nosniff", "\(path)")
                    #expect(response.headers[.cacheControl] != nil, "\(path)")
                }
            }
        }
    }

    @Test func aTokenOpensASessionAndItsEndIsOne() async throws {
        try await self.withConsole { client, doors in
            let cookie = try await Self.logIn(client, "operator-token-0123456789")
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"))
            let name = try #require(cookie.split(separator: ";").first.map(String.init))
            try await client.execute(uri: "/", method: .get, headers: [.cookie: name]) { #expect($0.status == .ok) }
            let session = try #require(doors.sessions.find(String(name.dropFirst("customer_worker=".count))))
            try await Self.post(client, "/logout", name, "csrf=\(session.csrf)") { #expect($0.status == .seeOther) }
            try await client.execute(uri: "/", method: .get, headers: [.cookie: name]) { response in
                #expect(response.headers[.location] == "/login")
            }
        }
    }

    @Test func aSessionThatCameWithTheLoginIsNotTheNewOne() async throws {
        try await self.withConsole { client, _ in
            let first = try await Self.logIn(client, "operator-token-0123456789")
            let name = String(try #require(first.split(separator: ";").first))
            let second = try await Self.logIn(client, "operator-token-0123456789", cookie: name)
            #expect(!second.hasPrefix(name))
            try await client.execute(uri: "/", method: .get, headers: [.cookie: name]) {
                #expect($0.status == .seeOther)
            }
            let chosen = try await Self.logIn(client, "operator-token-0123456789", cookie: "customer_worker=chosen")
            #expect(!chosen.hasPrefix("customer_worker=chosen"))
        }
    }

    @Test func aWriteNeedsTheTokenOfItsSession() async throws {
        try await self.withConsole { client, doors in
            let (name, session) = try await Self.session(client, doors, "operator-token-0123456789")
            try await Self.post(client, "/write", name, "csrf=\(session.csrf)&x=1") { #expect($0.status == .ok) }
            for body in ["", "x=1", "csrf=", "csrf=\(doors.sessions.open("other", .operator).session.csrf)"] {
                try await Self.post(client, "/write", name, body) { #expect($0.status == .forbidden, "\(body)") }
            }
        }
    }

    @Test func aWriteOfAnotherSiteIsRefusedWhateverItsToken() async throws {
        try await self.withConsole { client, doors in
            let (name, session) = try await Self.session(client, doors, "operator-token-0123456789")
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let foreign: [HTTPFields] = [
                [.origin: "https://evil.example"], [.origin: "null"], [site: "cross-site"], [site: "same-site"],
            ]
            for headers in foreign {
                try await Self.post(client, "/write", name, "csrf=\(session.csrf)", headers) {
                    #expect($0.status == .forbidden, "\(headers)")
                }
            }
            try await Self.post(client, "/write", name, "csrf=\(session.csrf)", [site: "same-origin"]) {
                #expect($0.status == .ok)
            }
        }
    }

    @Test func aViewerChangesNothing() async throws {
        try await self.withConsole { client, doors in
            let (name, session) = try await Self.session(client, doors, "viewer-token-0123456789")
            try await client.execute(uri: "/", method: .get, headers: [.cookie: name]) { #expect($0.status == .ok) }
            try await Self.post(client, "/write", name, "csrf=\(session.csrf)") { response in
                #expect(response.status == .forbidden)
                #expect(String(buffer: response.body).contains("viewer"))
            }
            try await Self.post(client, "/logout", name, "csrf=\(session.csrf)") { #expect($0.status == .seeOther) }
        }
    }

    @Test func formsAreBounded() async throws {
        try await self.withConsole { client, doors in
            let (name, session) = try await Self.session(client, doors, "operator-token-0123456789")
            let large = "csrf=\(session.csrf)&x=" + String(repeating: "a", count: 100_000)
            try await Self.post(client, "/write", name, large) { #expect($0.status == .contentTooLarge) }
            try await Self.post(client, "/write", name, "csrf=%") { #expect($0.status == .badRequest) }
        }
    }

    @Test func guessingIsSlowedDown() async throws {
        try await self.withConsole { client, _ in
            for _ in 0..<10 { try await Self.tryToken(client, "wrong") { #expect($0.status == .forbidden) } }
            try await Self.tryToken(client, "operator-token-0123456789") { response in
                #expect(response.status == .tooManyRequests)
                #expect(response.headers[.retryAfter] == "60")
            }
        }
    }

    @Test(arguments: [
        ("/letters?a=b", "/letters?a=b"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\u{9}/evil.example", "/"), ("", "/"), (nil, "/"),
    ])
    func aLoginLeadsToAPageOfTheConsole(next: String?, place: String) {
        #expect(LoginPages.place(next) == place)
    }

    @Test func aTrustedProxyNamesTheUser() throws {
        var settings = self.settings(tokens: nil)
        settings.behindProxy = true
        settings.userHeader = "X-Forwarded-User"
        settings.operators = ["alice"]
        let doors = Doors(settings)
        let alice = try #require(try doors.enter(try Self.request(["alice"]), from: "127.0.0.1").session)
        #expect(alice.role == .operator && alice.user == "alice")
        let entry = try doors.enter(try Self.request(["mallory"]), from: "::1")
        #expect(entry.session?.role == .viewer)
        #expect(entry.newCookie?.hasPrefix("__Host-customer_worker=") == true)
        #expect(entry.newCookie?.contains("Secure") == true)
        #expect(throws: PageError.self) { try doors.enter(try Self.request(["alice"]), from: "10.0.0.9") }
        #expect(throws: PageError.self) { try doors.enter(try Self.request([]), from: "127.0.0.1") }
        #expect(throws: PageError.self) { try doors.enter(try Self.request(["alice", "bob"]), from: "127.0.0.1") }
    }

    // MARK: A console with one page that writes

    private func settings(tokens folder: String?) -> Settings.Console {
        var settings = Settings.defaults.console
        settings.viewerTokensFile = folder.map { $0 + "/viewers" }
        settings.operatorTokensFile = folder.map { $0 + "/operators" }
        return settings
    }

    private func withConsole(
        _ body: @escaping @Sendable (any TestClientProtocol, Doors) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "console-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [
            ("viewers", "vera viewer-token-0123456789"), ("operators", "oskar operator-token-0123456789"),
        ] {
            _ = FileManager.default.createFile(
                atPath: "\(folder)/\(name)",
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let pages = try Pages()
        let doors = Doors(self.settings(tokens: folder))
        let router = Router(context: ConsoleContext.self)
        router.add(middleware: ErrorPages(pages: pages, isSecure: false, logger: logger))
        router.add(middleware: Gatekeeper(doors, mostFormBytes: 65_536))
        Files.addRoutes(to: router)
        LoginPages(doors: doors, pages: pages, limit: LoginLimit(), logger: logger).addRoutes(to: router)
        router.get("/") { _, context in context.session?.user ?? "nobody" }
        router.post("/write") { _, context in context.form["x"] ?? "nothing" }
        try await Application(router: router).test(.router) { client in try await body(client, doors) }
    }

    private static func request(_ users: [String]) throws -> Request {
        var head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
        let name = try #require(HTTPField.Name("X-Forwarded-User"))
        for user in users { head.headerFields.append(HTTPField(name: name, value: user)) }
        return Request(head: head, body: RequestBody(buffer: .init()))
    }

    private static func post(
        _ client: any TestClientProtocol,
        _ path: String,
        _ cookie: String,
        _ body: String,
        _ more: HTTPFields = [:],
        _ check: @escaping @Sendable (TestResponse) throws -> Void
    ) async throws {
        var headers = more
        headers[.contentType] = "application/x-www-form-urlencoded"
        headers[.cookie] = cookie
        try await client.execute(
            uri: path,
            method: .post,
            headers: headers,
            body: .init(string: body),
            testCallback: check
        )
    }

    private static func tryToken(
        _ client: any TestClientProtocol,
        _ token: String,
        _ check: @escaping @Sendable (TestResponse) throws -> Void
    ) async throws {
        try await Self.post(client, "/login", "x=y", "token=\(token)", [:], check)
    }

    /// The cookie that a login sets.
    private static func logIn(
        _ client: any TestClientProtocol,
        _ token: String,
        cookie: String = "x=y"
    ) async throws -> String {
        let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .cookie: cookie]
        return try await client.execute(
            uri: "/login",
            method: .post,
            headers: headers,
            body: .init(string: "token=\(token)")
        ) { response in
            #expect(response.status == .seeOther)
            return try #require(response.headers[.setCookie])
        }
    }

    private static func session(
        _ client: any TestClientProtocol,
        _ doors: Doors,
        _ token: String
    ) async throws -> (cookie: String, session: Session) {
        let cookie = try await Self.logIn(client, token)
        let name = String(try #require(cookie.split(separator: ";").first))
        return (name, try #require(doors.sessions.find(String(name.dropFirst("customer_worker=".count)))))
    }
}
