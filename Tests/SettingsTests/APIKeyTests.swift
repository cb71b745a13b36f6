import Foundation
import Records
import Settings
import Testing

@Suite struct APIKeyTests {
    @Test(arguments: [("sk_one", "sk_one"), ("sk_one\n", "sk_one"), ("sk_one\r\n", "sk_one")])
    func `a key file loses one trailing newline and nothing else`(_ written: String, _ read: String) throws {
        let fixture = try ConfigurationFixture("")
        let file = try fixture.write(written, to: "key")
        let loaded = try fixture.load(["FLEXPRICE_API_KEY_FILE": file])
        #expect(loaded.settings.api.key?.reveal() == read)
        #expect(loaded.settings.api.keyPath == file)
        #expect(loaded.warnings.isEmpty)
    }

    @Test(arguments: ["sk one", "sk\tone", "sk_one\n\n", " sk_one", "sk_\u{E9}", "sk\u{0}", "\n", ""])
    func `a key file with anything else is refused without showing it`(_ written: String) throws {
        let fixture = try ConfigurationFixture("")
        let file = try fixture.write(written, to: "key")
        let problems = fixture.problems(["FLEXPRICE_API_KEY_FILE": file])
        let found = written.isEmpty ? "an empty file" : "a file whose text does not fit (not shown)"
        #expect(
            problems == [
                "api.key_file (environment FLEXPRICE_API_KEY_FILE): found \"key\", \(found); "
                    + "expected an API key: 1 to 4096 visible ASCII characters without spaces"
            ]
        )
    }

    @Test func `the systemd credential is taken when nothing else names a key`() throws {
        let fixture = try ConfigurationFixture("")
        let path = try fixture.write("sk_credential\n", to: "api_key", mode: 0o400)
        let directory = path.dropLast("/api_key".count)
        let loaded = try fixture.load(["CREDENTIALS_DIRECTORY": String(directory)])
        #expect(loaded.settings.api.key?.reveal() == "sk_credential")
        #expect(loaded.report.rows.first { $0.key == "api.key" }?.origin == .secretFile(path: path))
    }

    @Test func `a credentials directory without a key is no mistake`() throws {
        let fixture = try ConfigurationFixture("")
        let loaded = try fixture.load(["CREDENTIALS_DIRECTORY": fixture.directory.path()])
        #expect(loaded.settings.api.key == nil)
    }

    @Test func `the variable wins over the key file and the key file over the credential`() throws {
        let fixture = try ConfigurationFixture("")
        let file = try fixture.write("sk_file", to: "key")
        try fixture.write("sk_credential", to: "api_key")
        var environment = ["CREDENTIALS_DIRECTORY": fixture.directory.path(), "FLEXPRICE_API_KEY_FILE": file]
        #expect(try fixture.load(environment).settings.api.key?.reveal() == "sk_file")
        environment["FLEXPRICE_API_KEY"] = "sk_variable"
        #expect(try fixture.load(environment).settings.api.key?.reveal() == "sk_variable")
    }

    @Test func `a key file that everybody can read is worth a warning`() throws {
        let fixture = try ConfigurationFixture("")
        let file = try fixture.write("sk_file", to: "key", mode: 0o644)
        let warnings = try fixture.load(["FLEXPRICE_API_KEY_FILE": file]).warnings
        #expect(warnings.map(\.key) == ["api.key_file"])
        #expect(warnings.first?.description.contains("every user") == true)
    }

    @Test func `a secret in a file that everybody can read is worth a warning`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.write("api:\n  key: sk_x\nstore:\n  url: postgres://u:p@db/x\n", to: "config.yaml", mode: 0o644)
        #expect(try fixture.load().warnings.map(\.key) == ["api.key", "store.url"])
        try fixture.write("api:\n  key: sk_x\n", to: "config.yaml", mode: 0o640)
        #expect(try fixture.load().warnings.isEmpty)
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything"))
    func `a missing permission is named`() throws {
        let fixture = try ConfigurationFixture("")
        let file = try fixture.write("sk_file", to: "key", mode: 0o000)
        let problems = fixture.problems(["FLEXPRICE_API_KEY_FILE": file])
        #expect(
            problems.first?.contains("permission denied (owner \(getuid()), mode 0, read as user \(getuid()))") == true
        )
    }
}
