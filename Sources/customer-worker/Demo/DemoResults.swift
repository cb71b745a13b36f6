import CustomerContract
import Kafka

/// A result event, as the demo's table shows it.
struct DemoResult: Sendable {
    /// The correlation header, which the demo sets to the sample's label.
    let label: String
    let externalID: String?
    let status: String
    /// `outcome`, or the error's code.
    let outcome: String
    let attempts: String
    /// The customer's id, or the error's message.
    let answer: String

    init?(_ record: KafkaRecord) {
        guard let value = record.value, let event = try? JSONParser.parseObject(value),
            let label = record.headers.first(where: { $0.name == "correlationId" })?.value,
            case .string(let status)? = event["status"]
        else { return nil }
        self.label = String(decoding: label, as: UTF8.self)
        self.status = status
        self.externalID = Self.text(event["external_id"])
        self.attempts = if case .number(let number)? = event["attempts"] { number.spelling } else { "-" }
        if case .object(let error)? = event["error"] {
            self.outcome = Self.text(error["code"]) ?? "-"
            var answer = Self.text(error["message"]) ?? "-"
            if case .object(let details)? = error["details"] {
                answer += " [" + details.members.map(\.name).joined(separator: ", ") + "]"
            }
            self.answer = answer
        } else {
            self.outcome = Self.text(event["outcome"]) ?? "-"
            self.answer =
                if case .object(let customer)? = event["customer"] { Self.text(customer["id"]) ?? "-" } else { "-" }
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}

/// Reads the demo's results back as any other service would.
enum DemoResults {
    /// Waits for `count` results, at most a minute.
    static func collect(
        _ count: Int,
        brokers: String,
        topic: String,
        progress: @escaping @Sendable (Int) -> Void
    ) async throws -> [DemoResult] {
        let (readable, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let client = ClientProperties(
            brokers: brokers,
            passthrough: ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]
        )
        let consumer = try Consumer(
            ConsumerSettings(client: client, group: "demo"),
            log: { _ in },
            onReadable: { continuation.yield() }
        )
        try consumer.subscribe(to: [topic])
        let deadline = Task {
            try await Task.sleep(for: .seconds(60))
            continuation.finish()
        }
        var results: [DemoResult] = []
        for await _ in readable {
            for event in consumer.poll(limit: 1_000) {
                switch event {
                case .assigned(let partitions): try consumer.assign(partitions.map { PartitionOffset($0, offset: nil) })
                case .revoked(let partitions), .lost(let partitions): try consumer.release(partitions)
                case .record(let record): if let result = DemoResult(record) { results.append(result) }
                case .failed, .statistics: break
                }
            }
            if !results.isEmpty { progress(results.count) }
            if results.count >= count { break }
        }
        deadline.cancel()
        await consumer.close()
        return results
    }
}
