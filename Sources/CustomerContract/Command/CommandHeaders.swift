/// The headers of a command that mean something here, found in one pass.
///
/// Kafka lets header names repeat; the last one counts. Names are compared with their case, except `content-type`.
struct CommandHeaders {
    private(set) var ceID: [UInt8]?
    private(set) var contentType: [UInt8]?
    private(set) var traceparent: [UInt8]?
    private(set) var tracestate: [UInt8]?
    private var springCorrelationID: [UInt8]?
    private var springReplyTopic: [UInt8]?
    private var springReplyPartition: [UInt8]?
    private var correlationID: [UInt8]?
    private var replyTo: [UInt8]?

    /// Whether any of the five is there; most commands ask for no reply.
    private var hasCorrelation: Bool {
        springCorrelationID != nil || springReplyTopic != nil || springReplyPartition != nil || correlationID != nil
            || replyTo != nil
    }

    init(_ headers: [MessageHeader]) {
        for header in headers {
            // Canonical equivalence, by which `switch` compares, is equality of bytes only among ASCII texts.
            guard header.name.utf8.allSatisfy({ $0 < 0x80 }) else { continue }
            switch header.name {
            case HeaderName.ceID: ceID = header.value
            case HeaderName.traceparent: traceparent = header.value
            case HeaderName.tracestate: tracestate = header.value
            case HeaderName.springCorrelationID: springCorrelationID = header.value
            case HeaderName.springReplyTopic: springReplyTopic = header.value
            case HeaderName.springReplyPartition: springReplyPartition = header.value
            case HeaderName.correlationID: correlationID = header.value
            case HeaderName.replyTo: replyTo = header.value
            default:
                if header.name.utf8.count == 12, header.name.lowercased() == HeaderName.contentType {
                    contentType = header.value
                }
            }
        }
    }

    /// Whether the value is a CloudEvent in structured mode: its media type, parameters and case left aside.
    var isStructuredCloudEvent: Bool {
        guard let contentType, contentType.count <= 1_024 else { return false }
        let spaces: Set<UInt8> = [0x20, 0x09]
        var type = contentType.prefix { $0 != UInt8(ascii: ";") }
        while let last = type.last, spaces.contains(last) { type.removeLast() }
        while let first = type.first, spaces.contains(first) { type.removeFirst() }
        return type.lazy.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
            .elementsEqual("application/cloudevents+json".utf8)
    }

    /// The trace context, when it is well formed.
    var trace: TraceContext? {
        guard let traceparent else { return nil }
        return TraceContext(traceparent: traceparent, tracestate: tracestate)
    }

    /// What the producer wants to find on its reply, and where.
    var correlation: ReplyCorrelation {
        guard hasCorrelation else { return ReplyCorrelation() }
        let candidates: [(String, [UInt8]?)] = [
            (HeaderName.springCorrelationID, springCorrelationID),
            (HeaderName.springReplyTopic, springReplyTopic),
            (HeaderName.springReplyPartition, springReplyPartition),
            (HeaderName.correlationID, correlationID),
            (HeaderName.replyTo, replyTo),
        ]
        var echoed: [MessageHeader] = []
        for (name, value) in candidates {
            guard let value, value.count <= ReplyCorrelation.maximumHeaderBytes else { continue }
            echoed.append(MessageHeader(name: name, value: value))
        }
        let topic = [springReplyTopic, replyTo].lazy.compactMap(Self.topic).first
        return ReplyCorrelation(
            headers: echoed,
            replyTopic: topic,
            replyPartition: topic == nil ? nil : Self.partition(springReplyPartition)
        )
    }

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
