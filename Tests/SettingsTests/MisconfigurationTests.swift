import Foundation
import Settings
import Testing

@Suite struct MisconfigurationTests {
    @Test(
        arguments: Misconfiguration.files + Misconfiguration.contradictions + Misconfiguration.console
            + Misconfiguration.otherSources
    )
    func `every problem is named exactly, and no secret is`(_ wrong: Misconfiguration) throws {
        let fixture = try ConfigurationFixture(wrong.yaml)
        let problems = fixture.problems(wrong.environment, flags: wrong.flags)
        #expect(problems == wrong.problems)
        #expect(!problems.joined().contains("hunter2"))
    }

    @Test func `the error lists all problems below a headline`() throws {
        let fixture = try ConfigurationFixture("a: 1\nb: 2\n")
        let error = #expect(throws: ConfigurationErrors.self) { try fixture.load() }
        let lines = try #require(error).description.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first == "2 problems in the configuration:")
    }

    @Test func `a named file that is missing is an error`() throws {
        #expect(
            try ConfigurationFixture().problems() == [
                "file config.yaml: found no such file; expected a readable configuration file"
            ]
        )
    }

    @Test func `a directory in place of the file is an error`() throws {
        let fixture = try ConfigurationFixture()
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: false)
        #expect(
            fixture.problems() == ["file config.yaml: found a directory; expected a readable configuration file"]
        )
    }

    @Test func `bytes that are not UTF-8 are an error`() throws {
        let fixture = try ConfigurationFixture()
        try Data([0x61, 0xFF, 0x0A]).write(to: URL(filePath: fixture.path))
        #expect(
            fixture.problems() == ["file config.yaml: found bytes that are not UTF-8; expected a YAML file in UTF-8"]
        )
    }

    @Test func `a file beyond a mebibyte is an error`() throws {
        let fixture = try ConfigurationFixture(String(repeating: "# filler\n", count: 130_000))
        #expect(
            fixture.problems() == [
                "file config.yaml: found a file of more than 1048576 bytes; expected a readable configuration file"
            ]
        )
    }

    @Test func `control characters of a value are escaped in the message`() throws {
        let fixture = try ConfigurationFixture("")
        let problems = fixture.problems(["FLEXPRICE_KAFKA_TOPIC": "a\nFAKE \u{1B}[31m"])
        #expect(problems.count == 1)
        #expect(problems.first?.contains(#""a\nFAKE \u001b[31m""#) == true)
    }

    @Test func `a key that was pasted into another setting is not shown`() throws {
        let fixture = try ConfigurationFixture("")
        let problems = fixture.problems(["FLEXPRICE_API_TIMEOUT": "sk_01K3A7Z9Q4M8T2V6X0B1C5D9EF"])
        #expect(problems.first?.contains("looks like an API key") == true)
        #expect(problems.first?.contains("01K3A7") == false)
    }

    @Test(arguments: [0, 1, 10, 200, 3_000])
    func `deep nesting neither traps nor hangs`(_ depth: Int) throws {
        let yaml = "kafka: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "\n"
        #expect(try ConfigurationFixture(yaml).problems().count == (depth == 0 ? 0 : 1))
    }

    @Test func `variables of other programs with the same prefix are left alone`() throws {
        let fixture = try ConfigurationFixture("")
        #expect(
            fixture.problems(["FLEXPRICE_POSTGRES_HOST": "db", "FLEXPRICE_AUTH_SECRET": "x", "PATH": "/bin"]) == []
        )
    }

    @Test(arguments: [
        ("a: &a [*a]\n", 1), ("<<: {kafka: 1}\n", 1), ("? [a, b]\n: 1\n", 1), ("kafka:\n  ? [x]\n  : 1\n", 1),
        ("kafka: {topic: *x}\n", 1), ("kafka: &k {topic: x}\napi: *k\n", 1), ("%YAML 1.2\n---\nkafka: {}\n", 0),
        ("!<tag> x\n", 1), ("kafka: {topic: \"\\xff\"}\n", 1), ("kafka: {topic: !!int x}\n", 0),
    ])
    func `rarer forms of YAML are understood or named, never a trap`(_ yaml: String, _ count: Int) throws {
        #expect(try ConfigurationFixture(yaml).problems().count == count)
    }
}
