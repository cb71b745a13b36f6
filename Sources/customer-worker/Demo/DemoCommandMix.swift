import CustomerContract
import JSON
import Kafka
import Records
import Topics

/// A command of the demo: what is sent, and what must come back.
struct DemoSample {
    /// What it shows, in a few words.
    let label: String
    let key: String?
    let value: String?
    let headers: RecordHeaders
    /// `outcome` of a created result, or `error.code` of a failed one.
    let expected: String

    init(_ label: String, key: String?, _ value: String?, headers: RecordHeaders = [], expect expected: String) {
        self.label = label
        self.key = key
        self.value = value
        self.headers = headers
        self.expected = expected
    }
}

/// A result event, as the demo's table shows it.
struct DemoResult: Sendable {
    /// The correlation header, which the demo sets to the sample's label.
    let label: String
    let event: ResultEvent

    init?(_ record: KafkaRecord) {
        guard let event = ResultEvent(record), let label = ResultEvent.correlationID(of: record) else { return nil }
        self.label = label
        self.event = event
    }

    /// The customer's id, or the error's message with the fields that it is about.
    var answer: String {
        guard !self.event.isCreated else { return self.event.customerID ?? "-" }
        let fields = self.event.details.map { " [" + $0.members.map(\.name).joined(separator: ", ") + "]" }
        return (self.event.message ?? "-") + (fields ?? "")
    }

    /// Waits for `count` results, at most a minute, as any other service would read them.
    ///
    /// - Parameter progress: takes how many are there.
    static func collect(
        _ count: Int,
        _ brokers: String,
        _ topic: String,
        progress: (Int) -> Void = { _ in }
    ) async throws -> [Self] {
        let client = ClientProperties(brokers: brokers)
        let snapshot = try await TopicSnapshot(topic, try Admin(client, log: { _ in }))
        let follower = try await ResultFollower(client, behind: snapshot.beginnings)
        let deadline = ContinuousClock.now + .seconds(60)
        var results: [Self] = []
        while results.count < count, ContinuousClock.now < deadline, !Task.isCancelled {
            let records = try await follower.next(within: .milliseconds(250)).records
            results += records.compactMap { Self($0) }
            if !records.isEmpty { progress(results.count) }
        }
        return results
    }
}

/// Good, duplicate, conflicting and invalid commands, in the order in which they are sent.
enum DemoCommandMix {
    /// The id that Flexprice has before the worker hears of it, agreeing with the command.
    static let knownAndAgreeing = "acct_known"
    /// The id that Flexprice has before, under another name.
    static let knownAndDiffering = "acct_taken"

    static let samples: [DemoSample] = [
        DemoSample(
            "all fields of the API's page",
            key: "acct_8412",
            """
            {"external_id":"acct_8412","name":"Acme","email":"billing@acme.co","address_line1":"1 Main St",\
            "address_line2":"Floor 2","address_city":"Pune","address_state":"MH","address_postal_code":"411001",\
            "address_country":"IN","metadata":{"plan":"pro"}}
            """,
            expect: "created"
        ),
        DemoSample(
            "the same again, other order",
            key: "acct_8412",
            """
            {"metadata":{"plan":"pro"},"address_country":"IN","address_postal_code":"411001","address_state":"MH",\
            "address_city":"Pune","address_line2":"Floor 2","address_line1":"1 Main St","email":"billing@acme.co",\
            "name":"Acme","external_id":"acct_8412","contact":null}
            """,
            expect: "replayed"
        ),
        DemoSample(
            "the same id, another payload",
            key: "acct_8412",
            #"{"external_id":"acct_8412","name":"Acme Corporation"}"#,
            expect: "idempotency_conflict"
        ),
        DemoSample("an id and nothing else", key: "acct_0001", #"{"external_id":"acct_0001"}"#, expect: "created"),
        DemoSample(
            "with a CloudEvents id",
            key: "acct_0002",
            #"{"external_id":"acct_0002","name":"Beta"}"#,
            headers: [RecordHeader(name: .ceID, text: "signup-77")],
            expect: "created"
        ),
        DemoSample(
            "Flexprice has it, and it agrees",
            key: knownAndAgreeing,
            #"{"external_id":"acct_known","name":"Known Ltd"}"#,
            expect: "existing"
        ),
        DemoSample(
            "Flexprice has it under another name",
            key: knownAndDiffering,
            #"{"external_id":"acct_taken","name":"Ours"}"#,
            expect: "already_exists"
        ),
        DemoSample(
            "three fields are wrong",
            key: "acct_0003",
            #"{"external_id":"acct_0003","name":"Gamma","email":"gamma@localhost","address_country":"Germany","#
                + #""metadata":{"seats":5}}"#,
            expect: "invalid_command"
        ),
        DemoSample("no external_id", key: nil, #"{"name":"Nobody"}"#, expect: "invalid_command"),
        DemoSample("cut off", key: "acct_0004", #"{"external_id":"acct_0004","na"#, expect: "invalid_json"),
        DemoSample("a tombstone", key: "acct_0005", nil, expect: "invalid_json"),
        DemoSample(
            "framed by a schema registry",
            key: "acct_0006",
            "\u{0}\u{0}\u{0}\u{0}\u{7}...",
            expect: "schema_framed_payload"
        ),
        DemoSample(
            "the API answers 503 twice first",
            key: "acct_0007",
            #"{"external_id":"acct_0007","name":"Patience"}"#,
            expect: "created"
        ),
        DemoSample(
            "corrected after a failure",
            key: "acct_0003",
            #"{"external_id":"acct_0003","name":"Gamma","email":"gamma@example.com","address_country":"DE"}"#,
            expect: "created"
        ),
    ]
}
