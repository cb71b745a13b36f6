import CustomerContract
import FlexpriceSimulator
import JSON
import Kafka
import Records
import Testing

/// The body of the API's own example, through every kind of broker and backend.
@Suite(.timeLimit(.minutes(2))) struct SeedCommandTests {
    static let body = """
        {"address_city":"Pune","address_country":"IN","address_line1":"1 Main St","address_line2":"Floor 2",\
        "address_postal_code":"411001","address_state":"MH","email":"billing@acme.co","external_id":"acct_8412",\
        "metadata":{},"name":"Acme"}
        """
    static let fields: Set<String> = [
        "address_city", "address_country", "address_line1", "address_line2", "address_postal_code", "address_state",
        "email", "external_id", "metadata", "name",
    ]
    /// What the seed's page answers beside the fields that were sent.
    static let added: Set<String> = [
        "created_at", "created_by", "environment_id", "id", "status", "tenant_id", "updated_at", "updated_by",
    ]

    @Test(arguments: BrokerKind.allCases, BackendKind.allCases)
    func `the seed's command is answered with its customer`(_ kind: BrokerKind, _ backend: BackendKind) async throws {
        let broker = try await TestBroker(kind)
        let simulator = FlexpriceSimulator(.init(apiKey: "sk_test"))
        let results = try TopicReader(broker, "customer_results")
        try await broker.send([
            ProducerRecord(
                topic: "customer_commands",
                key: Array("acct_8412".utf8),
                value: Array(Self.body.utf8),
                headers: [
                    RecordHeader(name: "kafka_correlationId", value: [0x00, 0xFF, 0x10]),
                    RecordHeader(
                        name: "traceparent",
                        value: Array("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".utf8)
                    ),
                ]
            )
        ])
        let records = try await withWorker(broker, backend: backend, simulator: simulator) { _ in
            try await results.read(1)
        }
        await results.close()

        let result = try ResultEvent(#require(records.first))
        #expect(records.count == 1)
        #expect(result.status == "created")
        #expect(result.outcome == "created")
        #expect(result.record.key == Array("acct_8412".utf8))
        #expect(result.record.headers["kafka_correlationId"] == [0x00, 0xFF, 0x10])
        #expect(result.header("ce_type") == "flexprice.customer.created.v1")
        #expect(result.header("ce_subject") == "acct_8412")
        #expect(result.header("traceparent")?.contains("0af7651916cd43dd8448eb211c80319c") == true)
        let customer = try #require(result.customer)
        #expect(Set(customer.members.map(\.name)).isSuperset(of: Self.fields.union(Self.added)))
        #expect(customer["id"]?.stringValue?.hasPrefix("cust_") == true)
        #expect(customer["status"]?.stringValue == "published")
        #expect(customer["email"]?.stringValue == "billing@acme.co")

        guard backend == .flexprice else { return }
        let creations = simulator.state.requests.filter { $0.method == "POST" && $0.path == "/v1/customers" }
        #expect(creations.count == 1)
        let sent = try JSONParser.parseObject(creations.first?.body ?? [])
        #expect(Set(sent.members.map(\.name)) == Self.fields)
        #expect(creations.first?.header("traceparent")?.contains("0af7651916cd43dd8448eb211c80319c") == true)
    }
}
