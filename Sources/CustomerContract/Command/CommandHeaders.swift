import Records

/// The headers of a command that mean something here.
///
/// The last of a repeated name counts. Names are compared with their case, except `content-type`.
struct CommandHeaders {
    private let headers: RecordHeaders

    init(_ headers: RecordHeaders) {
        self.headers = headers
    }

    /// The id that the producer chose, unchecked.
    var ceID: [UInt8]? { headers[.ceID] }

    /// Whether the value is a CloudEvent in structured mode: its media type, parameters and case left aside.
    var isStructuredCloudEvent: Bool {
        guard let contentType = headers[ignoringCase: .contentType], contentType.count <= 1_024 else { return false }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var type = contentType.prefix { $0 != UInt8(ascii: ";") }
        while let last = type.last, isSpace(last) { type.removeLast() }
        while let first = type.first, isSpace(first) { type.removeFirst() }
        return type.lazy.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
            .elementsEqual("application/cloudevents+json".utf8)
    }

    /// The trace context, when it is well formed.
    var trace: TraceContext? {
        guard let traceparent = headers[.traceparent] else { return nil }
        return TraceContext(traceparent: traceparent, tracestate: headers[.tracestate])
    }

    /// What the producer wants to find on its reply, and where.
    var correlation: ReplyCorrelation {
        var echoed = RecordHeaders()
        for name in Self.correlationNames {
            guard let value = headers[name], value.count <= ReplyCorrelation.maximumHeaderBytes else { continue }
            echoed.append(RecordHeader(name: name, value: value))
        }
        let topic = Self.topic(headers[.springReplyTopic]) ?? Self.topic(headers[.replyTo])
        return ReplyCorrelation(
            headers: echoed,
            replyTopic: topic,
            replyPartition: topic == nil ? nil : Self.partition(headers[.springReplyPartition])
        )
    }

    /// What is echoed, in this order.
    private static let correlationNames: [HeaderName] = [
        .springCorrelationID, .springReplyTopic, .springReplyPartition, .correlationID, .replyTo,
    ]

    /// The topic's name as text; bytes that are not UTF-8 are replaced, which makes it a name that no topic can have.
    ///
    /// So does the cut: Kafka's names have at most 249 bytes.
    private static func topic(_ value: [UInt8]?) -> String? {
        guard let value, !value.isEmpty else { return nil }
        return String(decoding: value.prefix(256), as: UTF8.self)
    }

    /// Spring writes the partition as four bytes, big-endian.
    private static func partition(_ value: [UInt8]?) -> Int32? {
        guard let value, value.count == 4 else { return nil }
        let partition = value.reduce(Int32(0)) { $0 << 8 | Int32($1) }
        return partition >= 0 ? partition : nil
    }
}
