import Settings
import Testing

/// One wrong configuration and exactly what is said about it; the file is called `config.yaml` in the texts.
struct Misconfiguration: Sendable, CustomTestStringConvertible {
    let name: String
    var yaml = ""
    var environment: [String: String] = [:]
    var flags: [SettingFlag] = []
    let problems: [String]

    var testDescription: String { name }
}

extension Misconfiguration {
    static let files: [Self] = [
        Self(
            name: "a misspelt key",
            yaml: "kafka:\n  brokrs: [\"a:9092\"]\n",
            problems: [
                "kafka.brokrs (file config.yaml:2): found an unknown key; "
                    + "expected a key of the section kafka; did you mean kafka.brokers?"
            ]
        ),
        Self(
            name: "a misspelt section",
            yaml: "kafak:\n  brokers: [\"a:9092\"]\n",
            problems: ["kafak (file config.yaml:1): found an unknown key; expected a known key; did you mean kafka?"]
        ),
        Self(
            name: "a key of nobody",
            yaml: "zebra: 1\n",
            problems: ["zebra (file config.yaml:1): found an unknown key; expected a known key"]
        ),
        Self(
            name: "a dotted key",
            yaml: "kafka.topic: commands\n",
            problems: [
                "kafka.topic (file config.yaml:1): found a key with a dot in it; "
                    + "expected the part after the dot below the section, indented"
            ]
        ),
        Self(
            name: "the collector's spelling in the file",
            yaml: "kafka:\n  dlq_topic: dead\n",
            problems: [
                "kafka.dlq_topic (file config.yaml:2): found an unknown key; "
                    + "expected a key of the section kafka; did you mean kafka.topic_dlq?"
            ]
        ),
        Self(
            name: "a key in the wrong section",
            yaml: "kafka:\n  rate_limit: 5\n",
            problems: [
                "kafka.rate_limit (file config.yaml:2): found an unknown key; "
                    + "expected a key of the section kafka; did you mean api.rate_limit?"
            ]
        ),
        Self(
            name: "a key twice",
            yaml: "kafka:\n  topic: one\n  brokers: [\"a:1\"]\n  topic: two\n",
            problems: ["topic (file config.yaml:2): found the same key twice; expected each key once"]
        ),
        Self(
            name: "a tab for indentation",
            yaml: "kafka:\n\ttopic: one\n",
            problems: [
                "file config.yaml:2: found a YAML syntax error at column 1 "
                    + "(found character that cannot start any token); expected valid YAML"
            ]
        ),
        Self(
            name: "an open bracket",
            yaml: "kafka:\n  brokers: [\"a:9092\"\nbackend: local\n",
            problems: [
                "file config.yaml:3: found a YAML syntax error at column 1 "
                    + "(did not find expected ',' or ']'); expected valid YAML"
            ]
        ),
        Self(
            name: "two documents",
            yaml: "backend: local\n---\nbackend: local\n",
            problems: [
                "file config.yaml:2: found a YAML syntax error at column 1 (but found another document); "
                    + "expected valid YAML"
            ]
        ),
        Self(
            name: "a list at the top",
            yaml: "- kafka\n- api\n",
            problems: ["file config.yaml:1: found a list of 2; expected a map of settings at the top of the file"]
        ),
        Self(
            name: "a text for a section",
            yaml: "kafka: localhost:9092\n",
            problems: [
                "kafka (file config.yaml:1): found a single value; expected a map of the settings of this section"
            ]
        ),
        Self(
            name: "a list for a text",
            yaml: "kafka:\n  topic: [a, b]\n",
            problems: [
                "kafka.topic (file config.yaml:2): found a list of 2; expected 1 to 249 letters, digits, '.', "
                    + "'_' or '-'"
            ]
        ),
        Self(
            name: "a map for a text",
            yaml: "backend:\n  kind: local\n",
            problems: ["backend (file config.yaml:1): found a map of 1; expected local or flexprice"]
        ),
        Self(
            name: "a map for a list",
            yaml: "kafka:\n  brokers:\n    host: a\n",
            problems: [
                "kafka.brokers (file config.yaml:2): found a map of 1; expected a list, each entry HOST or HOST:PORT "
                    + "with a port from 1 to 65535 (the protocol is set by kafka.properties)"
            ]
        ),
        Self(
            name: "a list within a list",
            yaml: "kafka:\n  brokers: [[a], b]\n",
            problems: [
                "kafka.brokers (file config.yaml:2): found a list with an entry that is not a single value; expected a "
                    + "list, each entry HOST or HOST:PORT with a port from 1 to 65535 (the protocol is set by "
                    + "kafka.properties)"
            ]
        ),
        Self(
            name: "brokers with a scheme and a bad port",
            yaml: "kafka:\n  brokers: [\"ssl://a:1\", ok, \"b:70000\"]\n",
            problems: [
                "kafka.brokers (file config.yaml:2): found \"ssl://a:1\" as entry 1; expected HOST or HOST:PORT with a "
                    + "port from 1 to 65535 (the protocol is set by kafka.properties)",
                "kafka.brokers (file config.yaml:2): found \"b:70000\" as entry 3; expected HOST or HOST:PORT with a "
                    + "port from 1 to 65535 (the protocol is set by kafka.properties)",
            ]
        ),
        Self(
            name: "no broker at all",
            yaml: "kafka:\n  brokers: []\n",
            problems: ["kafka.brokers (file config.yaml:2): found 0 entries; expected 1 to 100 entries"]
        ),
        Self(
            name: "refused properties, each with its reason",
            yaml: """
                kafka:
                  properties:
                    linger.ms: 5
                    enable.auto.commit: true
                    group.id: other
                    acks: 1
                    sasl.password: hunter2

                """,
            problems: [
                "kafka.properties.enable.auto.commit (file config.yaml:4): found \"true\"; expected it left out: "
                    + "offsets are committed with the results, never by a timer",
                "kafka.properties.group.id (file config.yaml:5): found \"other\"; expected it left out: "
                    + "set kafka.consumer_group instead",
                "kafka.properties.acks (file config.yaml:6): found \"1\"; expected it left out: "
                    + "a result counts only when all replicas have it",
            ]
        ),
        Self(
            name: "properties that librdkafka does not take",
            yaml: "kafka:\n  properties:\n    fetch.wait.max.mss: 3\n    security.protocol: sasl_sslx\n",
            problems: [
                "kafka.properties.fetch.wait.max.mss (file config.yaml:3): found \"3\"; expected a property of "
                    + "librdkafka (No such configuration property: \"fetch.wait.max.mss\"); did you mean "
                    + "fetch.wait.max.ms?",
                "kafka.properties.security.protocol (file config.yaml:4): found \"sasl_sslx\"; expected what "
                    + "librdkafka takes (Invalid value \"sasl_sslx\" for configuration property \"security.protocol\")",
            ]
        ),
        Self(
            name: "properties that do not go together",
            yaml: "kafka:\n  properties:\n    security.protocol: sasl_ssl\n    sasl.mechanism: PLAIN\n",
            problems: [
                "kafka.properties (file config.yaml:2): found what librdkafka does not take together; expected what "
                    + "librdkafka takes (sasl.username and sasl.password must be set)"
            ]
        ),
        Self(
            name: "properties that librdkafka takes and that cannot be meant",
            yaml: """
                kafka:
                  properties:
                    security.protocol: sasl_ssl
                    sasl.mechanism: OAUTHBEARER
                    ssl.ca.location: /no/such/ca.pem
                    message.max.bytes: 5000000000

                """,
            problems: [
                "kafka.properties.sasl.mechanism (file config.yaml:4): found \"OAUTHBEARER\"; expected "
                    + "sasl.oauthbearer.method: oidc beside it, with its endpoint and client: nothing else makes "
                    + "tokens",
                "kafka.properties.ssl.ca.location (file config.yaml:5): found \"/no/such/ca.pem\"; expected a file "
                    + "that exists",
                "kafka.properties.message.max.bytes (file config.yaml:6): found \"5000000000\"; expected a number of "
                    + "at most 2147483647",
            ]
        ),
        Self(
            name: "nested properties",
            yaml: "kafka:\n  properties:\n    security:\n      protocol: ssl\n",
            problems: ["kafka.properties.security (file config.yaml:3): found a map of 1; expected a single value"]
        ),
        Self(
            name: "a duration without a unit",
            yaml: "api:\n  timeout: 30\n",
            problems: [
                "api.timeout (file config.yaml:2): found \"30\"; "
                    + "expected a duration from 100ms to 10m, written like 250ms, 30s, 2m or 1h"
            ]
        ),
        Self(
            name: "a duration out of bounds",
            yaml: "api:\n  timeout: 11m\n",
            problems: [
                "api.timeout (file config.yaml:2): found \"11m\"; "
                    + "expected a duration from 100ms to 10m, written like 250ms, 30s, 2m or 1h"
            ]
        ),
        Self(
            name: "a size in an ambiguous unit",
            yaml: "limits:\n  max_command_bytes: 256KB\n",
            problems: [
                "limits.max_command_bytes (file config.yaml:2): found \"256KB\"; "
                    + "expected a size from 1KiB to 64MiB, written like 256KiB, 64MiB or 65536"
            ]
        ),
        Self(
            name: "numbers out of bounds",
            yaml: "limits:\n  max_in_flight: 0\nretry:\n  multiplier: 0.5\n",
            problems: [
                "limits.max_in_flight (file config.yaml:2): found \"0\"; expected a whole number from 1 to 1000000",
                "retry.multiplier (file config.yaml:4): found \"0.5\"; expected a number from 1 to 10",
            ]
        ),
        Self(
            name: "a fraction and a word for numbers",
            yaml: "breaker:\n  minimum_requests: 1.5\n  failure_ratio: half\n",
            problems: [
                "breaker.minimum_requests (file config.yaml:2): found \"1.5\"; expected a whole number from 1 to "
                    + "100000",
                "breaker.failure_ratio (file config.yaml:3): found \"half\"; expected a number from 0.01 to 1",
            ]
        ),
        Self(
            name: "unknown words",
            yaml: "log:\n  level: verbose\n  format: logfmt\n",
            problems: [
                "log.level (file config.yaml:2): found \"verbose\"; "
                    + "expected trace, debug, info, notice, warning, error or critical",
                "log.format (file config.yaml:3): found \"logfmt\"; expected auto, text or json",
            ]
        ),
        Self(
            name: "an empty text",
            yaml: "delivery:\n  guarantee: \"\"\n",
            problems: [
                "delivery.guarantee (file config.yaml:2): found an empty text; expected exactly_once or at_least_once"
            ]
        ),
        Self(
            name: "an illegal topic",
            yaml: "kafka:\n  topic: \"customer commands\"\n",
            problems: [
                "kafka.topic (file config.yaml:2): found \"customer commands\"; "
                    + "expected 1 to 249 letters, digits, '.', '_' or '-'"
            ]
        ),
        Self(
            name: "an API host with another path",
            yaml: "api:\n  host: https://api.example.org/v2\n",
            problems: [
                "api.host (file config.yaml:2): found \"https://api.example.org/v2\"; expected a host such as "
                    + "us.api.flexprice.io, or a URL such as https://us.api.flexprice.io/v1"
            ]
        ),
        Self(
            name: "an API host with credentials",
            yaml: "api:\n  host: https://me:hunter2@api.example.org\n",
            problems: [
                "api.host (file config.yaml:2): found \"https://me:<secret>@api.example.org\"; expected a host such as "
                    + "us.api.flexprice.io, or a URL such as https://us.api.flexprice.io/v1"
            ]
        ),
        Self(
            name: "a store of another kind",
            yaml: "store:\n  url: mysql://root:hunter2@db/x\n",
            problems: [
                "store.url (file config.yaml:2): found \"mysql://root:<secret>@db/x\"; "
                    + "expected sqlite:PATH or postgres://USER@HOST/DATABASE, with @ and / in a password as %40 and %2F"
            ]
        ),
        Self(
            name: "an API key with a space",
            yaml: "api:\n  key: hunter2 hunter2\n",
            problems: [
                "api.key (file config.yaml:2): found a value that does not fit (not shown); "
                    + "expected an API key: 1 to 4096 visible ASCII characters without spaces"
            ]
        ),
        Self(
            name: "a key file that is missing",
            yaml: "api:\n  key_file: /nonexistent/key\n",
            problems: [
                "api.key_file (file config.yaml:2): found \"/nonexistent/key\", no such file; "
                    + "expected a readable file with the API key"
            ]
        ),
        Self(
            name: "a listen address without a port",
            yaml: "admin:\n  listen: 127.0.0.1\n",
            problems: [
                "admin.listen (file config.yaml:2): found \"127.0.0.1\"; "
                    + "expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:9464"
            ]
        ),
    ]

    static let contradictions: [Self] = [
        Self(
            name: "backend flexprice without host and key",
            yaml: "backend: flexprice\n",
            problems: [
                "api.host (file config.yaml:1): found no API host with backend flexprice; "
                    + "expected api.host, such as us.api.flexprice.io",
                "api.key (file config.yaml:1): found no API key with backend flexprice; "
                    + "expected FLEXPRICE_API_KEY, api.key_file, or a systemd credential named api_key",
            ]
        ),
        Self(
            name: "retries that shrink",
            yaml: "retry:\n  initial_interval: 20s\n  max_interval: 10s\n",
            problems: [
                "retry.max_interval (file config.yaml:3): found 10s, less than the 20s of retry.initial_interval; "
                    + "expected retry.max_interval not below retry.initial_interval"
            ]
        ),
        Self(
            name: "a default that the set value contradicts",
            yaml: "retry:\n  initial_interval: 5m\n",
            problems: [
                "retry.max_interval (file config.yaml:2): found 30s, less than the 5m of retry.initial_interval; "
                    + "expected retry.max_interval not below retry.initial_interval"
            ]
        ),
        Self(
            name: "a hold without end and refusals below none",
            yaml: "retry:\n  max_hold: 2h\nbreaker:\n  refusals: -1\n",
            problems: [
                "retry.max_hold (file config.yaml:2): found \"2h\"; expected a duration from 1s to 1h, written like "
                    + "250ms, 30s, 2m or 1h",
                "breaker.refusals (file config.yaml:4): found \"-1\"; expected a whole number from 0 to 100000",
            ]
        ),
        Self(
            name: "probes that shrink",
            yaml: "breaker:\n  probe_interval: 10s\n  probe_max_interval: 5s\n",
            problems: [
                "breaker.probe_max_interval (file config.yaml:3): found 5s, less than the 10s of "
                    + "breaker.probe_interval; expected breaker.probe_max_interval not below breaker.probe_interval"
            ]
        ),
        Self(
            name: "fewer in flight than requests",
            environment: ["FLEXPRICE_LIMITS_MAX_IN_FLIGHT": "8"],
            problems: [
                "limits.max_in_flight (environment FLEXPRICE_LIMITS_MAX_IN_FLIGHT): found 8, less than the 64 of "
                    + "api.max_concurrency; expected limits.max_in_flight not below api.max_concurrency"
            ]
        ),
        Self(
            name: "no room for one command",
            yaml: "limits:\n  max_command_bytes: 2MiB\n  max_in_flight_bytes: 1MiB\n",
            problems: [
                "limits.max_in_flight_bytes (file config.yaml:3): found 1MiB, less than the 2MiB of "
                    + "limits.max_command_bytes; expected limits.max_in_flight_bytes not below limits.max_command_bytes"
            ]
        ),
        Self(
            name: "results into the command topic",
            yaml: "kafka:\n  topic_results: customer_commands\n",
            problems: [
                "kafka.topic_results (file config.yaml:2): found \"customer_commands\", which is kafka.topic too; "
                    + "expected a topic of its own"
            ]
        ),
        Self(
            name: "replies into the command topic",
            yaml: "kafka:\n  reply_topics_allowed: [\"customer_com*\"]\n",
            problems: [
                "kafka.reply_topics_allowed (file config.yaml:2): found \"customer_com*\", which allows kafka.topic "
                    + "itself; expected entries that match neither commands nor dead letters",
                "kafka.reply_topics_allowed (file config.yaml:2): found \"customer_com*\", "
                    + "which allows kafka.topic_dlq itself; "
                    + "expected entries that match neither commands nor dead letters",
            ]
        ),
    ]

    static let otherSources: [Self] = [
        Self(
            name: "the collector's variable",
            environment: ["FLEXPRICE_KAFKA_DLQ_TOPIC": "dead"],
            problems: [
                "kafka.dlq_topic (environment FLEXPRICE_KAFKA_DLQ_TOPIC): found an unknown key; "
                    + "expected a key of the section kafka; did you mean FLEXPRICE_KAFKA_TOPIC_DLQ?"
            ]
        ),
        Self(
            name: "the collector's password variable",
            environment: ["FLEXPRICE_KAFKA_SASL_PASSWORD": "hunter2"],
            problems: [
                "kafka.sasl_password (environment FLEXPRICE_KAFKA_SASL_PASSWORD): found an unknown key; expected a key "
                    + "of the section kafka; did you mean FLEXPRICE_KAFKA_PROPERTIES with sasl.password?"
            ]
        ),
        Self(
            name: "a misspelt variable",
            environment: ["FLEXPRICE_API_MAX_CONCURENCY": "5"],
            problems: [
                "api.max_concurency (environment FLEXPRICE_API_MAX_CONCURENCY): found an unknown key; "
                    + "expected a key of the section api; did you mean FLEXPRICE_API_MAX_CONCURRENCY?"
            ]
        ),
        Self(
            name: "a variable with a misspelt section",
            environment: ["FLEXPRICE_BACKND": "local"],
            problems: [
                "backnd (environment FLEXPRICE_BACKND): found an unknown key; expected a known key; "
                    + "did you mean FLEXPRICE_BACKEND?"
            ]
        ),
        Self(
            name: "properties that are not JSON",
            environment: ["FLEXPRICE_KAFKA_PROPERTIES": "sasl.password=hunter2"],
            problems: [
                "kafka.properties (environment FLEXPRICE_KAFKA_PROPERTIES): found a text that is not a JSON object of "
                    + "single values; expected a map of librdkafka properties (in a variable: a JSON object such as "
                    + "{\"linger.ms\":\"5\"})"
            ]
        ),
        Self(
            name: "a refused property in a variable",
            environment: ["FLEXPRICE_KAFKA_PROPERTIES": #"{"transactional.id": "x", "linger.ms": 5}"#],
            problems: [
                "kafka.properties.transactional.id (environment FLEXPRICE_KAFKA_PROPERTIES): found \"x\"; "
                    + "expected it left out: set delivery.transactional_id instead"
            ]
        ),
        Self(
            name: "an unknown option",
            flags: [SettingFlag(key: "log.levl", value: "info", name: "--level")],
            problems: [
                "log.levl (flag --level): found an unknown key; expected a key of the section log; "
                    + "did you mean log.level?"
            ]
        ),
        Self(
            name: "secrets among the arguments",
            flags: [
                SettingFlag(key: "api.key", value: "hunter2", name: "--api-key"),
                SettingFlag(key: "store.url", value: "postgres://u:hunter2@db/x", name: "--store"),
                SettingFlag(key: "kafka.properties", value: #"{"sasl.password": "hunter2"}"#, name: "--properties"),
            ],
            problems: [
                "api.key (flag --api-key): found a secret (not shown); expected the file or a variable: other users "
                    + "can read the arguments of a process",
                "kafka.properties (flag --properties): found a secret (not shown); expected the file or a variable: "
                    + "other users can read the arguments of a process",
                "store.url (flag --store): found a secret (not shown); expected the file or a variable: other users "
                    + "can read the arguments of a process",
            ]
        ),
        Self(
            name: "a wrong value in the file that a variable overrides",
            yaml: "api:\n  timeout: soon\n",
            environment: ["FLEXPRICE_API_TIMEOUT": "10s"],
            problems: [
                "api.timeout (file config.yaml:2): found \"soon\"; "
                    + "expected a duration from 100ms to 10m, written like 250ms, 30s, 2m or 1h"
            ]
        ),
        Self(
            name: "a broken file and a wrong variable",
            yaml: "kafka: [\n",
            environment: ["FLEXPRICE_BACKEND": "flexprise"],
            problems: [
                "file config.yaml:2: found a YAML syntax error at column 1 "
                    + "(did not find expected node content); expected valid YAML",
                "backend (environment FLEXPRICE_BACKEND): found \"flexprise\"; expected local or flexprice",
            ]
        ),
        Self(
            name: "mistakes everywhere at once",
            yaml: "kafka:\n  topc: a\napi:\n  timeout: never\n",
            environment: ["FLEXPRICE_LOG_LEVEL": "loud"],
            flags: [SettingFlag(key: "admin.listen", value: "nowhere", name: "--listen")],
            problems: [
                "kafka.topc (file config.yaml:2): found an unknown key; expected a key of the section kafka; "
                    + "did you mean kafka.topic?",
                "api.timeout (file config.yaml:4): found \"never\"; "
                    + "expected a duration from 100ms to 10m, written like 250ms, 30s, 2m or 1h",
                "log.level (environment FLEXPRICE_LOG_LEVEL): found \"loud\"; "
                    + "expected trace, debug, info, notice, warning, error or critical",
                "admin.listen (flag --listen): found \"nowhere\"; "
                    + "expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:9464",
            ]
        ),
    ]
}
