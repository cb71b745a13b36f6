import Synchronization
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(1))) struct ClientPropertiesTests {
    /// A port that nobody listens on: nothing here waits for a broker.
    private static func client(_ passthrough: [String: String]) -> ClientProperties {
        ClientProperties(brokers: "127.0.0.1:1", passthrough: passthrough)
    }

    @Test func `what librdkafka and this worker take has no problems`() {
        let client = Self.client([
            "security.protocol": "sasl_ssl", "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "u",
            "sasl.password": "p", "linger.ms": "5", "compression.type": "lz4", "acks": "all", "client.id": "billing",
        ])
        #expect(client.problems() == [])
    }

    @Test func `all problems are told at once, by name and in order`() throws {
        let problems = Self.client([
            "lingr.ms": "5", "enable.auto.commit": "true", "session.timeout.ms": "soon", "compression.type": "lzma",
        ]).problems()
        try #require(problems.count == 4)
        // librdkafka speaks of the name that this one is an alias of.
        #expect(problems[0].hasPrefix("compression.type: ") && problems[0].contains("lzma"))
        #expect(problems[1].hasPrefix("enable.auto.commit: refused, "))
        #expect(problems[2].contains("No such configuration property") && problems[2].contains("lingr.ms"))
        #expect(problems[3].contains("session.timeout.ms"))
    }

    @Test func `a name that librdkafka does not know is in the error of every kind of client`() async throws {
        let client = Self.client(["fetch.wait.maximum": "5"])
        let errors = Self.errors(client)
        #expect(errors.count == 3)
        for error in errors {
            #expect(error.name == "_INVALID_ARG")
            #expect(error.disposition == .permanent)
            #expect(error.message.contains("fetch.wait.maximum"))
        }
    }

    @Test func `a refused property makes no client, and is not overridden in silence`() async throws {
        let errors = Self.errors(Self.client(["acks": "1"]))
        #expect(errors.count == 3)
        #expect(errors.allSatisfy { $0.message.hasPrefix("acks: refused, ") && $0.disposition == .permanent })
    }

    @Test func `a combination that librdkafka refuses is told in its own words`() async throws {
        let errors = Self.errors(Self.client(["session.timeout.ms": "10000", "max.poll.interval.ms": "6000"]))
        // A producer does not care about either.
        #expect(errors.count == 1)
        #expect(errors.allSatisfy { $0.message.contains("max.poll.interval.ms") && $0.isOfProperties })
    }

    /// What making a consumer, a producer and an administrator throws.
    private static func errors(_ client: ClientProperties) -> [KafkaError] {
        var errors: [KafkaError] = []
        do throws(KafkaError) {
            _ = try Consumer(.init(client: client, group: "g"), log: { _ in }, onReadable: {})
        } catch {
            errors.append(error)
        }
        do throws(KafkaError) {
            _ = try Producer(.init(client: client), log: { _ in })
        } catch {
            errors.append(error)
        }
        do throws(KafkaError) {
            _ = try Admin(client, log: { _ in })
        } catch {
            errors.append(error)
        }
        return errors
    }

    @Test func `properties of the other kind of client are kept from librdkafka, which would warn of each`()
        async throws
    {
        let warnings = Mutex<[String]>([])
        let log: KafkaLogSink = { line in
            if line.facility == "CONFWARN" { warnings.withLock { $0.append(line.message) } }
        }
        let client = Self.client([
            "linger.ms": "5", "compression.type": "lz4", "retries": "9", "fetch.min.bytes": "2", "check.crcs": "true",
            "max.poll.interval.ms": "600000", "isolation.level": "read_committed",
        ])
        let consumer = try Consumer(.init(client: client, group: "g"), log: log, onReadable: {})
        _ = try Producer(.init(client: client, transactionalID: "t"), log: log)
        await consumer.close()
        #expect(warnings.withLock { $0 } == [])
    }

    @Test func `what is passed wins over a default, under an alias of its name too, and never over what is owned`()
        throws
    {
        let client = Self.client([
            "auto.offset.reset": "beginning", "queue.buffering.max.ms": "50", "client.id": "billing",
            "enable.auto.commit": "false",
        ])
        func last(_ names: Set<String>, _ properties: [(String, String)]) -> String? {
            properties.last { names.contains($0.0) }?.1
        }
        let consumer = try ConsumerSettings(client: client, group: "g").properties()
        #expect(last(["auto.offset.reset"], consumer) == "beginning")
        #expect(last(["client.id"], consumer) == "billing")
        #expect(last(["group.id"], consumer) == "g")
        #expect(last(["isolation.level"], consumer) == "read_committed")
        #expect(last(["topic.metadata.refresh.interval.ms"], consumer) == "30000")
        let producer = try ProducerSettings(client: client).properties()
        #expect(last(["topic.metadata.refresh.interval.ms"], producer) == "30000")
        #expect(last(["linger.ms", "queue.buffering.max.ms"], producer) == "50")
        #expect(last(["enable.idempotence"], producer) == "true")
        #expect(last(["transactional.id"], producer) == nil)
        let knowsRecovery = ConfigurationHandle().problem("metadata.recovery.strategy", "none") == nil
        #expect(last(["metadata.recovery.strategy"], producer) == (knowsRecovery ? "none" : nil))
        #expect(last(["metadata.recovery.strategy"], consumer) == nil)
    }

    @Test(arguments: [nil, "classic", "consumer", "Consumer"])
    func `an assignor of our own is no default where the brokers assign`(groupProtocol: String?) {
        let client = Self.client(groupProtocol.map { ["group.protocol": $0] } ?? [:])
        let defaults = ConsumerSettings(client: client, group: "g").defaults
        let isClassic = groupProtocol?.lowercased() != "consumer"
        #expect(defaults["partition.assignment.strategy"] == (isClassic ? "cooperative-sticky" : nil))
        #expect(defaults["auto.offset.reset"] == "earliest")
        #expect(defaults["session.timeout.ms"] == nil && defaults["heartbeat.interval.ms"] == nil)
    }
}
