/// The examples of every command, with which its `--help` and its part of the manual page end: what each does, and a
/// line to copy, which begins with the command's words.
///
/// A line of more than 74 characters would be broken on a terminal of 80 columns, and could not be copied.
enum Examples {
    /// The examples of a command, for a help without a text of its own.
    static func of(_ command: String) -> String {
        let examples = self.all.filter { $0.line == command || $0.line.hasPrefix("\(command) ") }
        let shown = examples.map { "  \($0.does):\n    customer-worker \($0.line)" }
        return (["Examples:"] + shown).joined(separator: "\n")
    }

    /// The examples of a command, below its help's own text.
    static func below(_ command: String) -> String { "\n\n" + self.of(command) }

    private static let all: [(does: String, line: String)] = [
        ("With the settings of a file", "run --config /etc/customer-worker/config.yaml"),
        ("For a trial, with a broker of its own", "run --embedded-broker --embedded-partitions 6"),
        ("What becomes of good, wrong and repeated commands", "demo"),
        ("The same for a script", "demo --json"),
        ("Everything a worker needs, to play with", "try"),
        ("The same beside another worker", "try --kafka-port 19092 --api-port 18080 --admin-port 19464"),
        ("What keeps a worker from running, and what to do", "check"),
        ("With the settings that are to be installed", "check --config new.yaml"),
        ("How the worker of this machine is", "status"),
        ("The ten commands that are under way for the longest time", "status --slowest 10"),
        ("The same every two seconds, of another instance", "status --watch --interval 2 --address 127.0.0.1:9465"),
        ("Why nothing moves", "why"),
        ("Why this customer is not created", "why acct_8412"),
        ("Put changed settings into effect, and wait for it", "reload"),
        ("The same of another instance", "reload --address 127.0.0.1:9465"),
        ("On a cluster of three brokers", "topics create --partitions 6 --replication-factor 3"),
        ("For a trial, with a week of records", "topics create --replication-factor 1 --retention 7d"),
        ("Check a file and send nothing", "produce customers.csv --dry-run"),
        ("Send what is right and follow the results", "produce new.csv --skip-invalid --wait --out results.csv"),
        ("From another program, at 50 a second", "produce - --format jsonl --rate 50"),
        ("What failed in the last week", "results --since 7d --status failed"),
        ("The newest 20, then those that come", "results --last 20 --follow"),
        ("One day, for a script", "results --since 2026-11-25 --until 2026-11-26 --json"),
        ("What waits, by reason", "dlq list"),
        ("What failed for good since yesterday", "dlq list --since 1d --no-retryable"),
        ("One that «dlq list» names", "dlq show 0/17"),
        ("For a script", "dlq show customer_commands_dlq/0/17 --json"),
        ("All that waits, to be corrected and sent again", "dlq export --output letters.jsonl"),
        ("The commands alone", "dlq export --code invalid_command --bodies"),
        ("What would be sent back", "dlq redrive --code retries_exhausted --dry-run"),
        ("Corrected, ten first", "dlq redrive --set address_country=IN --canary 10"),
        ("Leave for good what needs no sending back", "dlq dismiss --code rejected --reason 'closed accounts'"),
        ("What that would be", "dlq dismiss --external-id acct_8412 --reason test --dry-run"),
        ("Let everything that was dismissed wait again", "dlq restore"),
        ("One customer's letters, without a question", "dlq restore --external-id acct_8412 --yes"),
        ("What was sent back or dismissed, by whom, when", "dlq jobs"),
        ("The last one, for a script", "dlq jobs --limit 1 --json"),
        ("Hold one customer's commands back", "pause --external-id acct_8412 --for 2h --reason 'fix due'"),
        ("What is paused", "pause"),
        ("Serve that customer again", "resume --external-id acct_8412"),
        ("End every pause", "resume --all"),
        ("What became of a customer", "explain acct_8412"),
        ("What became of one record", "explain customer_commands/3/1207"),
        ("Whose customer that is, and its story", "explain cust_01K3A7Z9Q4M8T2V6X0B1C5D9EF"),
        ("What is remembered of a customer", "ledger get acct_8412"),
        ("For a script", "ledger get acct_8412 --json"),
        ("How many customers are remembered", "ledger stats"),
        ("For a script", "ledger stats --json"),
        ("After asking", "ledger forget acct_8412"),
        ("From a script, with an audit log of its own", "ledger forget acct_8412 --yes --audit-log audit.jsonl"),
        ("Read every entry and every page", "ledger verify"),
        ("Compare two copies by their checksums", "ledger verify --json"),
        ("Into a new file, while workers run", "ledger backup customers-copy.sqlite"),
        ("Of the ledger that another file names", "ledger backup copy.sqlite --config other.yaml"),
        ("Into the ledger of store.url", "ledger migrate --from sqlite:/var/lib/old.sqlite"),
        ("Into a PostgreSQL", "ledger migrate --from sqlite:a.sqlite --to postgres://db/x"),
        ("A file for one machine and its own ledger", "config init"),
        ("One for Flexprice, to be looked at first", "config init flexprice --output -"),
        ("Every setting and where it comes from", "config show"),
        ("Those of a file, for a script", "config show --config new.yaml --json"),
        ("Pages at console.listen of the settings", "console"),
        ("With settings of its own", "console --config console.yaml"),
        ("An API for a worker with api.key: test", "simulate-flexprice --api-key test"),
        ("A slow one", "simulate-flexprice --api-key test --latency 200"),
    ]
}
