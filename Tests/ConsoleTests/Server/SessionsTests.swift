import Foundation
import Operations
import Testing

@testable import Console

@Suite struct SessionsTests {
    private let start = ContinuousClock.now

    @Test func endsAfterItsTimes() {
        let sessions = Sessions()
        let (secret, session) = sessions.open("alice", .operator, at: self.start)
        #expect(sessions.find(secret, at: self.start + .seconds(3_600)) == session)
        #expect(sessions.find(secret, at: self.start + .seconds(3_600) + Sessions.idleTime + .seconds(1)) == nil)

        let (busy, _) = sessions.open("alice", .operator, at: self.start)
        for hour in 1...24 { #expect(sessions.find(busy, at: self.start + .seconds(hour * 3_600)) != nil) }
        #expect(sessions.find(busy, at: self.start + Sessions.longestTime + .seconds(1)) == nil)
    }

    @Test func everySessionHasItsOwnSecrets() {
        let sessions = Sessions()
        let opened = (0..<100).map { _ in sessions.open("alice", .viewer) }
        #expect(Set(opened.map(\.secret)).count == 100)
        #expect(Set(opened.map(\.session.csrf)).count == 100)
        #expect(opened.allSatisfy { $0.secret.count == 64 && $0.session.csrf.count == 64 })
    }

    @Test func keepsABoundedNumber() {
        let sessions = Sessions()
        let first = sessions.open("first", .viewer, at: self.start).secret
        for second in 1...Sessions.limit { _ = sessions.open("other", .viewer, at: self.start + .seconds(second)) }
        let now = self.start + .seconds(2_000)
        #expect(sessions.find(first, at: now) == nil)
        let last = sessions.open("last", .viewer, at: now).secret
        #expect(sessions.find(last, at: now) != nil)
    }

    @Test func endsWithItsToken() throws {
        let file = NSTemporaryDirectory() + "tokens-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Self.write("# people\nalice 0123456789abcdef0123\n\nbob fedcba98765432100000\n", to: file)
        let tokens = AccessTokens(viewers: nil, operators: file)
        let sessions = Sessions()
        let alice = try #require(AccessTokens.find("0123456789abcdef0123", in: try tokens.read()))
        #expect(alice.user == "alice" && alice.role == .operator)
        let bob = try #require(AccessTokens.find("fedcba98765432100000", in: try tokens.read()))
        let (one, other) = (
            sessions.open(alice.user, alice.role, token: alice.digest).secret,
            sessions.open(bob.user, bob.role, token: bob.digest).secret
        )
        try Self.write("bob fedcba98765432100000\n", to: file)
        sessions.keep(try tokens.read())
        #expect(sessions.find(one) == nil)
        #expect(sessions.find(other) != nil)
    }

    @Test(arguments: [
        ("alice\n", "line 1"), ("a b c\n", "line 1"), ("# x\nalice short\n", "line 2"),
        ("\(String(repeating: "n", count: 65)) 0123456789abcdef0123\n", "line 1"),
    ])
    func aWrongLineIsNamedWithoutItsToken(text: String, place: String) throws {
        let file = NSTemporaryDirectory() + "tokens-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Self.write(text, to: file)
        let error = #expect(throws: StartFailure.self) { try AccessTokens(viewers: file, operators: nil).read() }
        #expect(error?.status == .configuration)
        #expect(error?.description.contains(place) == true)
        #expect(error?.description.contains("console.viewer_tokens_file") == true)
        #expect(error?.description.contains("short") == false)
    }

    @Test func aFileThatEveryoneCanReadIsRefused() throws {
        let file = NSTemporaryDirectory() + "tokens-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Self.write("alice 0123456789abcdef0123\n", to: file, mode: 0o644)
        #expect(throws: StartFailure.self) { try AccessTokens(viewers: file, operators: nil).read() }
        #expect(throws: StartFailure.self) { try AccessTokens(viewers: "/no/such/file", operators: nil).read() }
    }

    private static func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}

@Suite struct LoginLimitTests {
    @Test func boundsWhatOneAddressAndAllTogetherMayTry() {
        let start = ContinuousClock.now
        let limit = LoginLimit(at: start)
        for _ in 0..<10 {
            #expect(limit.allows("10.0.0.1", at: start))
            limit.failed("10.0.0.1", at: start)
        }
        #expect(!limit.allows("10.0.0.1", at: start + .seconds(59)))
        #expect(limit.allows("10.0.0.2", at: start))
        for other in 0..<90 { limit.failed("10.1.0.\(other)", at: start) }
        #expect(!limit.allows("10.0.0.2", at: start))
        #expect(limit.allows("10.0.0.1", at: start + .seconds(60)))
    }
}
