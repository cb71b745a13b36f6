import Records

/// The headers of a command that mean something here.
///
/// The last of a repeated name counts. Names are compared with their case, except `content-type`.
struct CommandHeaders {
    private let headers: RecordHeaders
    /// The place of the last header of each meaning; found in one pass, since there may be many.
    private var places = InlineArray<9, Int>(repeating: -1)

    init(_ headers: RecordHeaders) {
        self.headers = headers
        for (index, header) in headers.enumerated() {
            if let meaning = Meaning(header.name) { places[meaning.rawValue] = index }
        }
    }

    private enum Meaning: Int {
        case ceID, contentType, traceparent, tracestate
        case springCorrelationID, springReplyTopic, springReplyPartition, correlationID, replyTo

        /// What is echoed, in this order.
        static let echoed: [Meaning] = [
            .springCorrelationID, .springReplyTopic, .springReplyPartition, .correlationID, .replyTo,
        ]

        init?(_ name: HeaderName) {
            // The length leaves one candidate.
            switch name.text.utf8.count {
            case 5: self = .ceID
            case 7: self = .replyTo
            case 10: self = .tracestate
            case 11: self = .traceparent
            case 12: self = .contentType
            case 13: self = .correlationID
            case 16: self = .springReplyTopic
            case 19: self = .springCorrelationID
            case 20: self = .springReplyPartition
            default: return nil
            }
            guard self == .contentType ? name.isSameIgnoringCase(self.name) : name == self.name else { return nil }
        }

        var name: HeaderName {
            switch self {
            case .ceID: .ceID
            case .contentType: .contentType
            case .traceparent: .traceparent
            case .tracestate: .tracestate
            case .springCorrelationID: .springCorrelationID
            case .springReplyTopic: .springReplyTopic
            case .springReplyPartition: .springReplyPartition
            case .correlationID: .correlationID
            case .replyTo: .replyTo
            }
        }
    }

    private subscript(meaning: Meaning) -> ArraySlice<UInt8>? {
        let place = places[meaning.rawValue]
        return place < 0 ? nil : headers[place].bytes
    }

    /// The id that the producer chose, unchecked.
    var ceID: ArraySlice<UInt8>? { self[.ceID] }

    /// Whether the value is a CloudEvent in structured mode: its media type, parameters and case left aside.
    var isStructuredCloudEvent: Bool {
        guard let contentType = self[.contentType], contentType.count <= 1_024 else { return false }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var type = contentType.prefix { $0 != UInt8(ascii: ";") }
        while let last = type.last, isSpace(last) { type.removeLast() }
        while let first = type.first, isSpace(first) { type.removeFirst() }
        return type.lazy.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
            .elementsEqual("application/cloudevents+json".utf8)
    }

    /// The trace context, when it is well formed.
    var trace: TraceContext? {
        guard let traceparent = self[.traceparent] else { return nil }
        return TraceContext(traceparent: Array(traceparent), tracestate: self[.tracestate].map { Array($0) })
    }

    /// What the producer wants to find on its reply, and where.
    var correlation: ReplyCorrelation {
        var echoed = RecordHeaders()
        for meaning in Meaning.echoed {
            guard let value = self[meaning], value.count <= ReplyCorrelation.maximumHeaderBytes else { continue }
            echoed.append(RecordHeader(name: meaning.name, bytes: value))
        }
        let topic = Self.topic(self[.springReplyTopic]) ?? Self.topic(self[.replyTo])
        return ReplyCorrelation(
            headers: echoed,
            replyTopic: topic,
            replyPartition: topic == nil ? nil : Self.partition(self[.springReplyPartition])
        )
    }

    /// The topic's name as text; bytes that are not UTF-8 are replaced, which makes it a name that no topic can have.
    ///
    /// So does the cut: Kafka's names have at most 249 bytes.
    private static func topic(_ value: ArraySlice<UInt8>?) -> String? {
        guard let value, !value.isEmpty else { return nil }
        return String(decoding: value.prefix(256), as: UTF8.self)
    }

    /// Spring writes the partition as four bytes, big-endian.
    private static func partition(_ value: ArraySlice<UInt8>?) -> Int32? {
        guard let value, value.count == 4 else { return nil }
        let partition = value.reduce(Int32(0)) { $0 << 8 | Int32($1) }
        return partition >= 0 ? partition : nil
    }
}
