import Foundation
import Settings
import Testing

/// The section `console.*`.
@Suite struct ConsoleSettingsTests {
    private func load(_ yaml: String) throws -> Settings { try ConfigurationFixture(yaml).load().settings }

    @Test(arguments: ["127.0.0.1", "127.8.9.10", "localhost", "[::1]", "\"[::ffff:127.0.0.1]\""])
    func `a listener on loopback needs no TLS`(_ host: String) throws {
        let text = host.replacing("\"", with: "")
        #expect(try self.load("console:\n  listen: \"\(text):9480\"\n").console.listen.isLoopback)
    }

    @Test(arguments: [
        "  behind_proxy: true\n", "  tls_certificate_file: c.pem\n  tls_key_file: k.pem\n",
    ])
    func `beyond loopback it is TLS or a proxy`(_ lines: String) throws {
        let console = try self.load("console:\n  listen: 0.0.0.0:9480\n" + lines).console
        #expect(!console.listen.isLoopback)
    }

    @Test func `every key is read`() throws {
        let console = try self.load(
            """
            console:
              workers: ["worker-1:9464", "worker-2:9464"]
              viewer_tokens_file: viewers
              operator_tokens_file: operators
              behind_proxy: true
              user_header: X-Forwarded-User
              operators: [anna, Ben B]
              trusted_proxies: [10.0.0.7, "FD00:0:0::7"]
              viewers_see_values: true
              history: /tmp/history.sqlite
            """
        ).console
        #expect(console.workers.map(\.description) == ["worker-1:9464", "worker-2:9464"])
        #expect(console.viewerTokensFile == "viewers" && console.operatorTokensFile == "operators")
        #expect(console.behindProxy && console.userHeader == "X-Forwarded-User" && console.viewersSeeValues)
        #expect(console.operators == ["anna", "Ben B"])
        #expect(console.trustedProxies.map(\.description) == ["10.0.0.7", "fd00::7"])
        #expect(console.history == "/tmp/history.sqlite")
    }

    @Test func `the workers are those that are named, or the one of this machine`() throws {
        #expect(
            try self.load("admin:\n  listen: 0.0.0.0:9000\n").watchedWorkers.map(\.description) == ["127.0.0.1:9000"]
        )
        let named = try self.load("console:\n  workers: [\"w:1\"]\n").watchedWorkers
        #expect(named.map(\.description) == ["w:1"])
    }

    @Test func `an address in another spelling is the same one, and a name is none`() {
        #expect(IPAddress(parsing: "::ffff:10.0.0.7") == IPAddress(parsing: "10.0.0.7"))
        #expect(IPAddress(parsing: "::1")?.isLoopback == true)
        #expect(IPAddress(parsing: "10.0.0.7")?.isLoopback == false)
        for text in ["localhost", "", "10.0.0", "10.0.0.7/8", "[::1]"] { #expect(IPAddress(parsing: text) == nil) }
    }

    @Test func `true and false are themselves in the JSON of the report`() throws {
        let json = try ConfigurationFixture("console:\n  behind_proxy: true\n").load().report.json
        let root = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let rows = try #require(root?["settings"] as? [[String: Any]])
        #expect(rows.first { $0["key"] as? String == "console.behind_proxy" }?["value"] as? Bool == true)
        #expect(rows.first { $0["key"] as? String == "console.viewers_see_values" }?["value"] as? Bool == false)
    }
}
