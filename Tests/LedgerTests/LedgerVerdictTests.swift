import CustomerContract
import JSON
import Ledger
import Records
import Testing

/// What an entry means for a command of its external_id.
@Suite struct LedgerVerdictTests {
    private static let body = #"{"external_id":"a","name":"Acme","metadata":{"plan":"pro"}}"#
    private static let customer = CustomerDocument(json: Array(#"{"id":"cust_1"}"#.utf8))

    private static func entry(
        of command: CreateCustomerCommand,
        _ outcome: CreatedOutcome = .created
    ) -> LedgerEntry {
        LedgerEntry(
            command: command,
            customer: Self.customer,
            outcome: outcome,
            rememberedAt: UnixMilliseconds(0)
        )
    }

    private static func conflict(_ verdict: LedgerVerdict) -> CommandFailure? {
        guard case .conflict(let failure) = verdict else { return nil }
        return failure
    }

    @Test func `nothing remembered means new`() throws {
        let verdict = LedgerVerdict(command: try command(Self.body), entry: nil)
        guard case .new = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }

    @Test(
        arguments: [.created, .existing] as [CreatedOutcome],
        [1_795_341_600_000, nil] as [Int64?]
    )
    func `the same record ends as it did before, whatever spelling its payload has`(
        outcome: CreatedOutcome,
        timestamp: Int64?
    ) throws {
        let first = try command(Self.body, timestamp: timestamp)
        let respelled = try command(
            #"{ "metadata": {"plan": "\u0070ro"}, "email": null, "name": "Acme", "external_id": "a" }"#,
            timestamp: timestamp
        )
        for command in [first, respelled] {
            let verdict = LedgerVerdict(command: command, entry: Self.entry(of: first, outcome))
            guard case .repeated(let earlierOutcome, let customer) = verdict else {
                Issue.record("\(verdict)")
                continue
            }
            #expect(earlierOutcome == outcome)
            #expect(customer == Self.customer)
        }
    }

    /// Records other than offset 1,207 of partition 3 at its timestamp.
    ///
    /// The last two are what a topic that was made anew holds.
    static let otherRecords: [(topic: String, partition: Int32, offset: Int64, timestamp: Int64?)] = [
        ("customer_commands", 3, 1_208, 1_795_341_600_000),
        ("customer_commands", 3, 0, 1_795_341_600_000),
        ("customer_commands", 4, 1_207, 1_795_341_600_000),
        ("other_commands", 3, 1_207, 1_795_341_600_000),
        ("customer_commands", 3, 1_207, 1_795_341_600_001),
        ("customer_commands", 3, 1_207, nil),
    ]

    @Test(arguments: otherRecords, ["same id", nil] as [String?])
    func `another record with the same payload is replayed`(
        record: (topic: String, partition: Int32, offset: Int64, timestamp: Int64?),
        id: String?
    ) throws {
        let later = try command(
            Self.body,
            topic: record.topic,
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            id: id
        )
        let verdict = LedgerVerdict(
            command: later,
            entry: Self.entry(of: try command(Self.body, id: id))
        )
        guard case .replayed(Self.customer) = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }

    @Test(arguments: [
        (#"{"external_id":"a","name":"Acme Ltd","metadata":{"plan":"pro"}}"#, ["name"]),
        (#"{"external_id":"a","metadata":{"plan":"pro"}}"#, ["name"]),
        (#"{"external_id":"a","name":"Acme","metadata":{"plan":"free"}}"#, ["metadata"]),
        (#"{"external_id":"a","name":"Acme"}"#, ["metadata"]),
        (
            #"{"external_id":"a","name":"Acme","metadata":{"plan":"pro"},"email":"x@acme.co"}"#, ["email"]
        ),
        (#"{"external_id":"a","name":"Acme","metadata":{"plan":"pro"},"later":1}"#, ["later"]),
        (#"{"external_id":"a","name":"Other","email":"x@acme.co"}"#, ["email", "metadata", "name"]),
    ])
    func `another payload is a conflict that names both fingerprints and the fields, and no value`(
        body: String,
        fields: [String]
    ) throws {
        let first = try command(Self.body, id: "first-command")
        let later = try command(body, offset: 1_208, id: "later-command")
        let failure = try #require(
            Self.conflict(LedgerVerdict(command: later, entry: Self.entry(of: first)))
        )
        #expect(failure.code == .idempotencyConflict)
        #expect(failure.retryable == false)
        #expect(failure.httpStatus == nil)
        let details = try #require(failure.details)
        #expect(
            details
                == JSONObject([
                    .init(name: "fingerprint", value: .string(later.fingerprint.description)),
                    .init(name: "earlier_fingerprint", value: .string(first.fingerprint.description)),
                    .init(name: "earlier_command_id", value: .string(first.context.id.text)),
                    .init(name: "differing_fields", value: .array(fields.map { .string($0) })),
                ])
        )
        let told = failure.message + String(decoding: JSONWriter.encode(details), as: UTF8.self)
        for value in ["Acme", "Other", "pro", "free", "x@acme.co"] {
            #expect(told.contains("\"\(value)") == false)
        }
    }

    @Test func `the same record with another payload is a conflict too`() throws {
        let first = try command(Self.body)
        let other = try command(#"{"external_id":"a","name":"Other"}"#)
        #expect(other.context.message.position == first.context.message.position)
        let failure = Self.conflict(LedgerVerdict(command: other, entry: Self.entry(of: first)))
        #expect(failure?.code == .idempotencyConflict)
    }
}
