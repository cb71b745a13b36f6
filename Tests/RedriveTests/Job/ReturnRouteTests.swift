import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct ReturnRouteTests {
    private static func header(_ record: ProducerRecord, _ name: String) -> String? {
        record.headers[HeaderName(name)].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a command goes back to its place with its bytes, and its laps are counted`() throws {
        let letter = Letters.own(laps: 1)
        let record = try Letters.route().record(for: letter).get()
        #expect(record.topic == "customer_commands" && record.partition == 3)
        #expect(record.key == letter.record.key && record.value == letter.record.value)
        #expect(record.timestamp == nil)
        #expect(Self.header(record, "dlq-redrive-count") == "2")
        #expect(Self.header(record, "dlq-redriven-from") == "customer_commands_dlq/0/7")
        #expect(Self.header(record, "ce_id") == "signup-1")
        #expect(Set(record.headers.map(\.name)).count == record.headers.count)
    }

    @Test(arguments: Dialect.allCases)
    func `a foreign dialect's headers stay behind, all of them`(_ dialect: Dialect) throws {
        let own = [("tenant", Letters.text("eu")), ("source_system", Letters.text("crm"))] as [(String, [UInt8]?)]
        let letter = DeadLetter(Letters.record(own + dialect.sample, partition: 1))
        let record = try Letters.route().record(for: letter).get()
        #expect(record.topic == "orders")
        #expect(record.partition == (dialect == .watermill ? nil : 3))
        let names = record.headers.map(\.name)
        #expect(names.contains("tenant") && names.contains("source_system"))
        guard dialect != .own else { return }
        let kept = names.filter { !["tenant", "source_system", "_watermill_message_uuid"].contains($0) }
        #expect(kept == ["dlq-redrive-count", "dlq-redriven-from"])
    }

    @Test func `however often it goes round, headers do not pile up`() throws {
        var letter = Letters.own()
        for lap in 1...3 {
            let record = try Letters.route().record(for: letter).get()
            #expect(Self.header(record, "dlq-redrive-count") == "\(lap)")
            let message = KafkaRecord(
                position: RecordPosition(topic: record.topic, partition: 3, offset: Int64(lap)),
                key: record.key,
                value: record.value,
                headers: record.headers
            )
            let again = DeadLetterEncoder(topic: Letters.topic, group: "g", partitionCount: 6).encode(
                CommandFailure(code: .rejected, message: "again"),
                of: CommandContext(message: message, id: CommandID("signup-1"), externalID: nil),
                failedAt: UnixMilliseconds(1_764_064_900_000)
            )
            letter = DeadLetter(
                KafkaRecord(
                    position: RecordPosition(
                        TopicPartition(topic: Letters.topic, partition: 3),
                        offset: Int64(100 + lap)
                    ),
                    timestamp: nil,
                    key: again.key,
                    value: again.value,
                    headers: again.headers
                )
            )
            #expect(Set(again.headers.map(\.name)).count == again.headers.count)
            let deliveries = EarlierDeadLetter(letter.record.headers).deliveryCount
            #expect(letter.redriveCount == lap && deliveries == lap + 1)
        }
        #expect(throws: LeftReason.lapsSpent) { try Letters.route().record(for: letter).get() }
    }

    @Test func `what has nowhere to go stays`() {
        func reason(_ source: String, to destination: String? = nil) -> LeftReason? {
            guard case .failure(let reason) = Letters.route(to: destination).record(for: Letters.own(source: source))
            else {
                return nil
            }
            return reason
        }
        #expect(reason("gone") == .noSuchTopic)
        #expect(reason(Letters.topic) == .forbiddenTopic)
        #expect(reason("customer_results") == .forbiddenTopic)
        #expect(reason("__consumer_offsets") == .forbiddenTopic)
        #expect(reason("gone", to: "orders") == nil)
        #expect(reason("orders", to: "gone") == .noSuchTopic)
        let lost = DeadLetter(Letters.record([]))
        #expect(throws: LeftReason.noSource) { try Letters.route().record(for: lost).get() }
        let dropped = Letters.ownHeaders() + [("dlq-value-dropped-bytes", Letters.text("2000000"))]
        let empty = DeadLetter(Letters.record(dropped, value: nil))
        #expect(throws: LeftReason.valueDropped) { try Letters.route().record(for: empty).get() }
    }

    @Test func `what the dead-letter topic added to a command does not go back with it`() throws {
        let added = [("dlq-key-added", "true"), ("dlq-headers-dropped", "3"), ("dlq-timestamp-replaced", "x")]
        let headers = Letters.ownHeaders() + added.map { ($0.0, Letters.text($0.1)) }
        let record = try Letters.route().record(for: DeadLetter(Letters.record(headers))).get()
        #expect(record.key == nil)
        #expect(record.partition == 3)
        #expect(record.headers.allSatisfy { header in !added.contains { $0.0 == "\(header.name)" } })
    }

    @Test func `another topic, or a partition that is not there, leaves the choice to the key`() throws {
        #expect(try Letters.route(to: "orders").record(for: Letters.own()).get().partition == nil)
        var headers = Letters.ownHeaders()
        headers[2] = ("__dlq.errors.partition", Letters.text("6"))
        #expect(try Letters.route().record(for: DeadLetter(Letters.record(headers))).get().partition == nil)
    }

    @Test func `an edited command keeps its place, and a renamed one gets its new key`() throws {
        var edits = CommandEdits()
        try edits.set("address_country=IN")
        let edited = try Letters.route(edits).record(for: Letters.own()).get()
        #expect(edited.value == Letters.text(#"{"external_id":"acct_1","name":"Acme","address_country":"IN"}"#))
        #expect(edited.partition == 3 && edited.key == Letters.text("acct_1"))
        try edits.set("external_id=acct_2")
        let renamed = try Letters.route(edits).record(for: Letters.own()).get()
        #expect(renamed.key == Letters.text("acct_2") && renamed.partition == nil)
        let broken = DeadLetter(Letters.record(Letters.ownHeaders(), value: "[1]"))
        #expect(throws: LeftReason.notEditable) { try Letters.route(edits).record(for: broken).get() }
    }

    @Test func `in a structured CloudEvent the data is edited`() throws {
        var edits = CommandEdits()
        try edits.set("name=Acme")
        let headers =
            Letters.ownHeaders() + [("content-type", Letters.text("application/cloudevents+json; charset=utf-8"))]
        let event = DeadLetter(Letters.record(headers, value: #"{"specversion":"1.0","data":{"external_id":"a"}}"#))
        let record = try Letters.route(edits).record(for: event).get()
        #expect(record.value == Letters.text(#"{"specversion":"1.0","data":{"external_id":"a","name":"Acme"}}"#))
    }
}
