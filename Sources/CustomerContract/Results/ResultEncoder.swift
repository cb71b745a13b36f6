import JSON
public import Records

/// Turns results into records of the result topic, or of a reply topic that is allowed.
///
/// The same result always becomes the same record, so that one sent again can be recognised by its `ce_id`.
public struct ResultEncoder: Sendable {
    /// The topic of results that go nowhere else.
    public let resultsTopic: String
    /// The reply topics that commands may name.
    public var replyTopicsAllowed: ReplyTopicAllowList
    /// The value of `ce_source`.
    public let source: String
    /// Made once, as all that is the same in every result.
    private let sourceHeader: RecordHeader

    /// The event type of a created customer.
    public static let createdType = "flexprice.customer.created.v1"
    /// The event type of a failure.
    public static let failedType = "flexprice.customer.create_failed.v1"

    private static let specVersionHeader = RecordHeader(name: .ceSpecVersion, text: "1.0")
    private static let contentTypeHeader = RecordHeader(name: .contentType, text: "application/json")
    private static let createdTypeHeader = RecordHeader(name: .ceType, text: createdType)
    private static let failedTypeHeader = RecordHeader(name: .ceType, text: failedType)

    /// An encoder for these topics.
    public init(
        resultsTopic: String,
        replyTopicsAllowed: ReplyTopicAllowList = ReplyTopicAllowList(),
        source: String = "customer-worker"
    ) {
        self.resultsTopic = resultsTopic
        self.replyTopicsAllowed = replyTopicsAllowed
        self.source = source
        sourceHeader = RecordHeader(name: .ceSource, text: source)
    }

    /// The record of a result.
    ///
    /// A reply topic that is allowed takes the place of the result topic, with the partition that was named beside it;
    /// the caller must be ready for a partition that the topic does not have. One that is not allowed is named in the
    /// header `reply-topic-refused`; so is one that the form refuses, with its reason behind a colon.
    ///
    /// - Parameters:
    ///   - result: What became of a command.
    ///   - form: How much of the result is written, and where it goes.
    public func encode(_ result: CommandResult, form: ResultForm = .full) -> ProducerRecord {
        encode(result, form: form, completedAt: Self.text(of: result.completedAt))
    }

    /// A moment as results have it.
    package static func text(of moment: UnixMilliseconds) -> [UInt8] {
        var text: [UInt8] = []
        moment.append(to: &text)
        return text
    }

    /// The record of a result whose time is there as text: the results of a batch have few times.
    package func encode(_ result: CommandResult, form: ResultForm, completedAt: [UInt8]) -> ProducerRecord {
        let correlation = result.context.correlation
        var topic = resultsTopic
        var partition: Int32?
        var refused: String?
        if let replyTopic = correlation.replyTopic {
            if !replyTopicsAllowed.allows(replyTopic) {
                refused = replyTopic.cut(toBytes: 256)
            } else if let reason = form.replyRefusal {
                refused = "\(replyTopic): \(reason.cut(toBytes: 256))"
            } else {
                topic = replyTopic
                partition = correlation.replyPartition
            }
        }
        let parts = parts(of: result, completedAt: completedAt, form)
        return ProducerRecord(
            topic: topic,
            partition: partition,
            keyBytes: parts.key,
            valueBytes: parts.value,
            headers: headers(of: result, parts, completedAt: completedAt, refusedTopic: refused, form),
            timestamp: result.completedAt
        )
    }

    /// What a record has of its own, in one piece of memory.
    private struct Parts {
        let value: ArraySlice<UInt8>
        let key: ArraySlice<UInt8>?
        let eventID: ArraySlice<UInt8>
    }

    private func parts(of result: CommandResult, completedAt: [UInt8], _ form: ResultForm) -> Parts {
        let context = result.context
        var memory = value(of: result, completedAt: completedAt, form.extent)
        let valueEnd = memory.count
        if let stated = context.statedID {
            stated.text.withBytes { memory.append(contentsOf: $0) }
        } else if form.addsKey {
            memory.append(contentsOf: context.id.bytes)
        }
        let keyEnd = memory.count
        Self.appendEventID(of: context.message, to: &memory)
        let hasKey = context.statedID != nil || form.addsKey
        return Parts(
            value: memory[..<valueEnd],
            key: hasKey ? memory[valueEnd..<keyEnd] : nil,
            eventID: memory[keyEnd...]
        )
    }

    /// The id of a result: that of its record, so that a result sent again has the same one and two records with one
    /// command id have two.
    ///
    /// The timestamp tells apart the records of a topic that was deleted and created again.
    public static func eventID(of message: KafkaRecord) -> String {
        var bytes: [UInt8] = []
        appendEventID(of: message, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendEventID(of message: KafkaRecord, to bytes: inout [UInt8]) {
        message.position.append(to: &bytes)
        guard let timestamp = message.timestamp else { return }
        bytes.append(UInt8(ascii: "@"))
        bytes.appendDecimal(timestamp.value)
    }

    private func headers(
        of result: CommandResult,
        _ parts: Parts,
        completedAt: [UInt8],
        refusedTopic: String?,
        _ form: ResultForm
    ) -> RecordHeaders {
        let context = result.context
        var headers: RecordHeaders = []
        headers.reserveCapacity(8 + context.correlation.headers.count)
        headers.append(Self.specVersionHeader)
        headers.append(RecordHeader(name: .ceID, bytes: parts.eventID))
        headers.append(typeHeader(of: result.outcome))
        headers.append(sourceHeader)
        // A usable id is the key too: the same bytes.
        if context.externalID != nil { headers.append(RecordHeader(name: .ceSubject, bytes: parts.key)) }
        headers.append(RecordHeader(name: .ceTime, value: completedAt))
        headers.append(Self.contentTypeHeader)
        headers.append(RecordHeader(name: .ceCausationID, bytes: context.id.bytes))
        if form.extent != .minimal, let trace = context.trace {
            headers.append(RecordHeader(name: .traceparent, text: trace.traceparent))
            if let tracestate = trace.tracestate {
                headers.append(RecordHeader(name: .tracestate, text: tracestate))
            }
        }
        if form.extent != .minimal { headers.append(contentsOf: context.correlation.headers) }
        if let refusedTopic {
            headers.append(RecordHeader(name: .replyTopicRefused, text: refusedTopic))
        }
        if let words = form.reductions(lacksKey: context.statedID == nil) {
            headers.append(RecordHeader(name: .resultReduced, text: words))
        }
        if let reason = form.letterRefusal {
            headers.append(RecordHeader(name: .deadLetterRefused, text: reason.cut(toBytes: 256)))
        }
        return headers
    }

    private func typeHeader(of outcome: CommandOutcome) -> RecordHeader {
        switch outcome {
        case .created: Self.createdTypeHeader
        case .failed: Self.failedTypeHeader
        }
    }

    /// What a plain result and its event's id have beside customer and texts, at most, in bytes; other results may
    /// have more.
    private static let mostBesideCustomer = 512

    private func value(of result: CommandResult, completedAt: [UInt8], _ extent: ResultForm.Extent) -> [UInt8] {
        if let plain = plainValue(of: result, completedAt: completedAt, extent) { return plain }
        var writer = JSONWriter(capacity: Self.mostBesideCustomer + result.outcome.customerBytes)
        writer.beginObject()
        writer.plainName("status")
        switch result.outcome {
        case .created(let outcome, let customer):
            writer.plainString("created")
            writer.plainName("outcome")
            writer.string(outcome.rawValue)
            writeExternalID(of: result.context, to: &writer)
            writer.plainName("customer")
            if extent == .full {
                writer.raw(customer.json)
            } else {
                writer.write(customer.truncated())
            }
        case .failed(let failure):
            writer.plainString("failed")
            writeExternalID(of: result.context, to: &writer)
            writer.plainName("error")
            write(failure, extent, to: &writer)
        }
        if extent != .minimal {
            write("warnings", result.context.warnings, to: &writer)
            if case .created = result.outcome { write("unverified", result.unverified, to: &writer) }
        }
        writer.plainName("command")
        write(result.context, to: &writer)
        writer.plainName("attempts")
        writer.integer(result.attempts)
        writer.plainName("completed_at")
        writer.plainString(completedAt)
        writer.endObject()
        return writer.bytes
    }

    /// The value of what nearly every command comes to, in one piece; nil for any other result.
    private func plainValue(
        of result: CommandResult,
        completedAt: [UInt8],
        _ extent: ResultForm.Extent
    ) -> [UInt8]? {
        let context = result.context
        guard case .created(let outcome, let customer) = result.outcome, extent == .full, context.warnings.isEmpty,
            result.unverified.isEmpty, let externalID = context.externalID,
            ![UInt8].mayNeedEscape(externalID.text), !context.id.bytes.withUnsafeBufferPointer([UInt8].mayNeedEscape),
            ![UInt8].mayNeedEscape(context.message.position.topic)
        else { return nil }
        let position = context.message.position
        // Room for what follows the value in the same memory: the key, and the event's id with the topic's name.
        let texts = 2 * (externalID.text.utf8.count + position.topic.utf8.count) + context.id.bytes.count
        var value: [UInt8] = []
        value.append(addingCapacity: customer.bytes.count + texts + Self.mostBesideCustomer) { output in
            output.append(literal: #"{"status":"created","outcome":""#)
            output.append(text: outcome.rawValue)
            output.append(literal: #"","external_id":""#)
            output.append(text: externalID.text)
            output.append(literal: #"","customer":"#)
            customer.bytes.withUnsafeBufferPointer { output.append(copying: $0) }
            output.append(literal: #","command":{"id":""#)
            context.id.bytes.withUnsafeBufferPointer { output.append(copying: $0) }
            output.append(literal: #"","topic":""#)
            output.append(text: position.topic)
            output.append(literal: #"","partition":"#)
            output.appendDecimal(Int64(position.partition))
            output.append(literal: #","offset":"#)
            output.appendDecimal(position.offset)
            if let timestamp = context.message.timestamp {
                output.append(literal: #","timestamp":""#)
                timestamp.append(to: &output)
                output.append(UInt8(ascii: "\""))
            }
            output.append(literal: #"},"attempts":"#)
            output.appendDecimal(Int64(result.attempts))
            output.append(literal: #","completed_at":""#)
            output.append(copying: completedAt)
            output.append(literal: #""}"#)
        }
        return value
    }

    private func writeExternalID(of context: CommandContext, to writer: inout JSONWriter) {
        guard let id = context.statedID else { return }
        writer.plainName("external_id")
        writer.string(id.text)
    }

    private func write(_ name: StaticString, _ texts: [String], to writer: inout JSONWriter) {
        guard !texts.isEmpty else { return }
        writer.plainName(name)
        writer.write(.array(texts.map { .string($0) }))
    }

    /// The longest message of a minimal result, 1 KiB.
    private static let shortMessageBytes = 1_024

    private func write(_ failure: CommandFailure, _ extent: ResultForm.Extent, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.plainName("code")
        writer.string(failure.code.rawValue)
        writer.plainName("message")
        writer.string(extent == .minimal ? failure.message.cut(toBytes: Self.shortMessageBytes) : failure.message)
        writer.plainName("retryable")
        writer.bool(failure.retryable)
        if let httpStatus = failure.httpStatus {
            writer.plainName("http_status")
            writer.integer(httpStatus)
        }
        if let details = failure.details {
            writer.plainName("details")
            writer.write(extent == .full ? details : JSONObject([.init(name: "truncated", value: .bool(true))]))
        }
        writer.endObject()
    }

    private func write(_ context: CommandContext, to writer: inout JSONWriter) {
        let message = context.message
        writer.beginObject()
        writer.plainName("id")
        writer.string(context.id.text)
        writer.plainName("topic")
        writer.string(message.position.topic)
        writer.plainName("partition")
        writer.integer(message.position.partition)
        writer.plainName("offset")
        writer.integer(message.position.offset)
        if let timestamp = message.timestamp {
            writer.plainName("timestamp")
            writer.plainString { timestamp.append(to: &$0) }
        }
        writer.endObject()
    }
}

extension CommandOutcome {
    /// The bytes of the customer; none of a failure.
    fileprivate var customerBytes: Int {
        if case .created(_, let customer) = self { customer.bytes.count } else { 0 }
    }
}
