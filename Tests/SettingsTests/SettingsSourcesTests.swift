import CommandWorker
import CustomerContract
import FlexpriceAPI
import Logging
import Records
import Settings
import Testing
import WorkerLogging

@Suite struct SettingsSourcesTests {
    @Test func `without any source the defaults of the contract hold`() throws {
        let fixture = try ConfigurationFixture()
        let loaded = try SettingsSources(configPath: nil, environment: [:], standardPath: fixture.path).load()
        let settings = loaded.settings
        #expect(settings == Settings.defaults)
        #expect(loaded.configurationFile == nil)
        #expect(settings.kafka.bootstrapServers == "localhost:9092")
        #expect(settings.worker.group == "customer_worker")
        #expect(settings.worker.commandTopic == "customer_commands")
        #expect(settings.worker.resultTopic == "customer_results")
        #expect(settings.worker.deadLetterTopic == "customer_commands_dlq")
        #expect(settings.worker.live.replyTopicsAllowed.entries.isEmpty)
        #expect(settings.kafka.properties.reveal().isEmpty)
        #expect(settings.worker.guarantee == .exactlyOnce)
        #expect(settings.worker.ownTransactionalID == nil)
        #expect(settings.backend == .local)
        #expect(settings.api.host == nil)
        #expect(settings.api.key == nil)
        #expect(settings.api.timeout == .seconds(30))
        #expect(settings.worker.live.requestLimit == .fixed(64))
        #expect(settings.worker.live.rateLimit == nil)
        #expect(settings.environmentID == nil)
        #expect(settings.store == .sqlite(path: "/var/lib/customer-worker/customers.sqlite"))
        #expect(settings.retention == nil)
        #expect(settings.worker.onArchived == .replay)
        #expect(settings.worker.live.retry == RetryPolicy())
        #expect(settings.worker.breaker == BreakerSettings())
        #expect(settings.worker.live.retry.initialInterval == .seconds(1))
        #expect(settings.worker.live.retry.maximumInterval == .seconds(30))
        #expect(settings.worker.live.retry.multiplier == 2)
        #expect(settings.worker.live.retry.maximumElapsedTime == .seconds(15 * 60))
        #expect(settings.worker.maximumCommandBytes == 262_144)
        #expect(settings.worker.maximumInFlight == 4_096)
        #expect(settings.worker.maximumInFlightBytes == 67_108_864)
        #expect(settings.worker.validation == .full)
        #expect(settings.adminListen.description == "127.0.0.1:9464")
        #expect(settings.log.level == .info)
        #expect(settings.log.format == .auto)
        #expect(settings.drainTimeout == .seconds(30))
    }

    @Test func `the standard file is read where there is one`() throws {
        let fixture = try ConfigurationFixture("backend: local\nkafka:\n  topic: c\n")
        let loaded = try SettingsSources(configPath: nil, environment: [:], standardPath: fixture.path).load()
        #expect(loaded.settings.worker.commandTopic == "c")
        #expect(loaded.configurationFile == fixture.path)
    }

    @Test func `an option wins over a variable, a variable over the file, the file over the default`() throws {
        let fixture = try ConfigurationFixture("kafka:\n  topic: file\n  topic_results: file\n  topic_dlq: file_dlq\n")
        let loaded = try fixture.load(
            ["FLEXPRICE_KAFKA_TOPIC": "variable", "FLEXPRICE_KAFKA_TOPIC_RESULTS": "variable_results"],
            flags: [SettingFlag(key: "kafka.topic", value: "option", name: "--topic")]
        )
        #expect(loaded.settings.worker.commandTopic == "option")
        #expect(loaded.settings.worker.resultTopic == "variable_results")
        #expect(loaded.settings.worker.deadLetterTopic == "file_dlq")
        #expect(loaded.settings.worker.group == "customer_worker")
    }

    @Test func `lists are separated by commas and maps are JSON in variables`() throws {
        let loaded = try ConfigurationFixture("").load([
            "FLEXPRICE_KAFKA_BROKERS": "a:1, b,[::1]:3",
            "FLEXPRICE_KAFKA_REPLY_TOPICS_ALLOWED": "replies,team-*",
            "FLEXPRICE_KAFKA_PROPERTIES": #"{"linger.ms": 5, "socket.keepalive.enable": true, "client.id": "x"}"#,
        ])
        #expect(loaded.settings.kafka.bootstrapServers == "a:1,b:9092,[::1]:3")
        #expect(loaded.settings.worker.live.replyTopicsAllowed.entries == ["replies", "team-*"])
        let properties = loaded.settings.kafka.properties.reveal()
        #expect(properties == ["linger.ms": "5", "socket.keepalive.enable": "true", "client.id": "x"])
    }

    @Test func `the entries of a map in a variable are added to those of the file, and win over them`() throws {
        let fixture = try ConfigurationFixture(
            """
            kafka:
              properties:
                security.protocol: SASL_PLAINTEXT
                sasl.mechanism: PLAIN
                sasl.username: worker
                sasl.password: old
                linger.ms: 5
            """
        )
        let loaded = try fixture.load(["FLEXPRICE_KAFKA_PROPERTIES": #"{"sasl.password":"new","client.id":"x"}"#])
        #expect(
            loaded.settings.kafka.properties.reveal() == [
                "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "worker",
                "sasl.password": "new", "linger.ms": "5", "client.id": "x",
            ]
        )
        let variable = SettingOrigin.environment("FLEXPRICE_KAFKA_PROPERTIES")
        let origins = Dictionary(uniqueKeysWithValues: loaded.report.rows.map { ($0.key, $0.origin) })
        #expect(origins["kafka.properties.sasl.password"] == variable)
        #expect(origins["kafka.properties.client.id"] == variable)
        #expect(origins["kafka.properties.sasl.username"] == .file(path: fixture.path, line: 5))
    }

    @Test func `the file may write lists as lists or with commas`() throws {
        let listed = try ConfigurationFixture("kafka:\n  brokers:\n    - a:1\n    - b:2\n").load()
        let joined = try ConfigurationFixture("kafka:\n  brokers: a:1, b:2\n").load()
        #expect(listed.settings.kafka.bootstrapServers == "a:1,b:2")
        #expect(joined.settings == listed.settings)
    }

    @Test func `properties of the file keep their dots`() throws {
        let yaml =
            "kafka:\n  properties:\n    security.protocol: SSL\n    linger.ms: 5\n    enable.idempotence: true\n"
        let properties = try ConfigurationFixture(yaml).load().settings.kafka.properties
        #expect(
            properties.reveal() == [
                "security.protocol": "SSL", "linger.ms": "5", "enable.idempotence": "true",
            ]
        )
    }

    @Test(arguments: [
        "", "# only a comment\n", "---\n", "null\n", "kafka:\n", "kafka:\n  topic:\n  brokers: ~\n", "{}\n",
    ])
    func `an empty file, section or value leaves the defaults`(_ yaml: String) throws {
        #expect(try ConfigurationFixture(yaml).load().settings == Settings.defaults)
    }

    @Test func `an empty variable counts as not set`() throws {
        let fixture = try ConfigurationFixture("kafka:\n  topic: file\n")
        let loaded = try fixture.load(["FLEXPRICE_KAFKA_TOPIC": "", "FLEXPRICE_API_KEY": "", "FLEXPRICE_KAFKA_NO": ""])
        #expect(loaded.settings.worker.commandTopic == "file")
        #expect(loaded.settings.api.key == nil)
    }

    @Test func `the settings of later parts have their keys`() throws {
        let yaml = """
            api: {on_stub: update, max_concurrency: auto, ca_file: /etc/ca.pem, rate_limit: 12.5, timeout: 250ms}
            idempotency: {retention: 168h, on_archived: recreate}
            kafka: {group_instance_id: worker-1}
            limits: {max_in_flight: 1}
            shutdown: {drain_timeout: 2m}
            retry: {max_hold: 40s}
            breaker: {refusals: 0, window: 1m, failure_ratio: 1, minimum_requests: 1, probe_interval: 2s,
              probe_max_interval: 2s}
            environment_id: env_1
            delivery: {guarantee: at_least_once, transactional_id: t}
            validation: {mode: envelope}
            store: {url: "postgres://u@db/x"}
            """
        let settings = try ConfigurationFixture(yaml).load().settings
        #expect(settings.api.onStub == .update)
        #expect(settings.worker.live.requestLimit == .automatic)
        #expect(settings.api.caFile == "/etc/ca.pem")
        #expect(settings.worker.live.rateLimit == 12.5)
        #expect(settings.api.timeout == .milliseconds(250))
        #expect(settings.retention == .seconds(604_800))
        #expect(settings.worker.onArchived == .recreate)
        #expect(settings.worker.groupInstanceID == "worker-1")
        #expect(settings.worker.maximumInFlight == 1)
        #expect(settings.drainTimeout == .seconds(120))
        #expect(settings.worker.live.retry.maximumHold == .seconds(40))
        #expect(settings.worker.breaker.refusals == 0)
        #expect(settings.worker.breaker.window == .seconds(60))
        #expect(settings.worker.breaker.probeWaits == .seconds(2) ... .seconds(2))
        #expect(settings.environmentID == "env_1")
        #expect(settings.worker.guarantee == .atLeastOnce)
        #expect(settings.worker.ownTransactionalID == "t")
        #expect(settings.worker.validation == .envelope)
        #expect(settings.store == .postgres(Secret("postgres://u@db/x")))
    }

    @Test func `backend flexprice is complete with a host and a key`() throws {
        let settings = try ConfigurationFixture("backend: flexprice\napi:\n  host: us.api.flexprice.io\n")
            .load(["FLEXPRICE_API_KEY": "sk_test"]).settings
        #expect(settings.api.host?.description == "https://us.api.flexprice.io/v1")
        #expect(settings.api.key?.reveal() == "sk_test")
    }

    @Test func `a retention without effect is a warning, and one with effect is none`() throws {
        let fixture = try ConfigurationFixture("idempotency: {retention: 168h}\n")
        let warnings = try fixture.load().warnings
        #expect(warnings.map(\.key) == ["idempotency.retention"])
        #expect(warnings.first?.remark.contains("backend local") == true)
        let remote = [
            "FLEXPRICE_BACKEND": "flexprice", "FLEXPRICE_API_HOST": "api", "FLEXPRICE_API_KEY": "sk_some_key_of_mine",
        ]
        #expect(try fixture.load(remote).warnings.map(\.key).contains("idempotency.retention") == false)
    }
}
