import Testing

@testable import Operations

@Suite struct ShellCommandTests {
    @Test(arguments: [
        ("acct_1", "acct_1"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$(rm -r x)", "'$(rm -r x)'"), ("", "''"),
        ("é", "'é'"), ("~", "'~'"), ("a\nb'\u{1B}", #"$'a\x0ab\'\x1b'"#), ("\u{202E}x", #"$'\xe2\x80\xaex'"#),
    ])
    func `a word is quoted where a shell would take it for something else`(_ word: String, _ quoted: String) {
        #expect(ShellCommand.quoted(word) == quoted)
    }

    @Test func `the file of the settings is repeated, before the last argument`() {
        let line = ShellCommand(["why"], operand: "acct_1", config: "/etc/a b.yaml")
        #expect("\(line)" == "customer-worker why --config '/etc/a b.yaml' acct_1")
        #expect("\(ShellCommand(["check"]))" == "customer-worker check")
    }

    @Test func `an id that looks like an option is none`() {
        #expect("\(ShellCommand(["why"], operand: "-x", config: "c"))" == "customer-worker why --config c -- -x")
        #expect(ShellCommand.option("--external-id", "-x") == ["--external-id=-x"])
        #expect(ShellCommand.option("--external-id", "x") == ["--external-id", "x"])
    }
}
