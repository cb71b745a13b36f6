import Foundation
import Records
import Settings
import Testing

@Suite struct ConfigurationReportTests {
    private func row(_ key: String, in loaded: LoadedSettings) -> ConfigurationReport.Row? {
        loaded.report.rows.first { $0.key == key }
    }

    @Test func `each value has its origin`() throws {
        let fixture = try ConfigurationFixture("kafka:\n  topic: c\n  properties:\n    linger.ms: 5\n")
        let loaded = try fixture.load(
            ["FLEXPRICE_LOG_LEVEL": "debug", "FLEXPRICE_API_KEY": "sk_x"],
            flags: [SettingFlag(key: "admin.listen", value: "[::1]:0", name: "--listen")]
        )
        #expect(row("kafka.topic", in: loaded)?.origin == .file(path: fixture.path, line: 2))
        #expect(row("kafka.properties.linger.ms", in: loaded)?.origin == .file(path: fixture.path, line: 4))
        #expect(row("log.level", in: loaded)?.origin == .environment("FLEXPRICE_LOG_LEVEL"))
        #expect(row("admin.listen", in: loaded)?.origin == .flag("--listen"))
        #expect(row("admin.listen", in: loaded)?.value == "[::1]:0")
        #expect(row("backend", in: loaded)?.origin == .builtIn)
        #expect(row("api.key", in: loaded)?.value == Secret.mask)
        #expect(row("api.host", in: loaded)?.value == nil)
        #expect(row("kafka.properties", in: loaded) == nil)
    }

    @Test func `the JSON names every setting once, with null for what is not set`() throws {
        let fixture = try ConfigurationFixture("log:\n  level: debug\n")
        let json = try fixture.load().report.json
        let root = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let settings = try #require(root?["settings"] as? [[String: Any]])
        #expect(settings.count == Self.keyCount)
        #expect(Set(settings.compactMap { $0["key"] as? String }).count == Self.keyCount)
        let host = try #require(settings.first { $0["key"] as? String == "api.host" })
        #expect(host["value"] is NSNull)
        let level = try #require(settings.first { $0["key"] as? String == "log.level" })
        let origin = try #require(level["origin"] as? [String: Any])
        #expect(level["value"] as? String == "debug")
        #expect(level["on_reload"] as? String == "takes_effect")
        #expect(origin["kind"] as? String == "file")
        #expect(origin["path"] as? String == fixture.path)
        #expect(origin["line"] as? Int == 2)
    }

    @Test func `a number is a number in the JSON, and a word in its place stays a word`() throws {
        func values(_ yaml: String) throws -> [String: Any] {
            let json = try ConfigurationFixture(yaml).load().report.json
            let root = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            let settings = try #require(root?["settings"] as? [[String: Any]])
            return Dictionary(settings.map { ($0["key"] as? String ?? "", $0["value"] ?? NSNull()) }) { $1 }
        }
        let numbers = try values("api:\n  rate_limit: 0.5\nretry:\n  multiplier: 3\n")
        #expect(numbers["api.max_concurrency"] as? Int == 64 && numbers["api.max_concurrency"] as? String == nil)
        #expect(numbers["api.rate_limit"] as? Double == 0.5)
        #expect(numbers["retry.multiplier"] as? Int == 3 && numbers["limits.max_in_flight"] as? Int == 4_096)
        #expect(numbers["api.timeout"] as? String == "30s")
        #expect(try values("api:\n  max_concurrency: auto\n")["api.max_concurrency"] as? String == "auto")
    }

    @Test func `a reload lists what changed and what needs a restart`() throws {
        let fixture = try ConfigurationFixture("log:\n  level: info\nkafka:\n  properties:\n    linger.ms: 5\n")
        let before = try fixture.load(["FLEXPRICE_API_KEY": "sk_one"])
        try fixture.write("log:\n  level: debug\nkafka:\n  topic: c\napi:\n  rate_limit: 10\n", to: "config.yaml")
        let after = try fixture.load(["FLEXPRICE_API_KEY": "sk_two"])
        let changes = after.changes(since: before)
        let texts = changes.map { "\($0.key) \($0.from ?? "-") \($0.to ?? "-") \($0.effect.rawValue)" }
        #expect(
            Set(texts) == [
                "log.level info debug takes effect",
                "kafka.topic customer_commands c needs a restart",
                "api.rate_limit - 10 takes effect",
                "kafka.properties.linger.ms 5 - needs a restart",
                "kafka.properties - {} needs a restart",
                "api.key <secret> <secret> takes effect",
            ]
        )
        #expect(after.changes(since: after).isEmpty)
    }

    /// The number of keys of section 8 of the contract and of those that later parts added.
    private static let keyCount = 56
}
