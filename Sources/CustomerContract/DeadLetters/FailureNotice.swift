import JSON
public import Records

/// What the headers of a dead letter say: which command failed, why, when, and how often.
///
/// The counterpart of `DeadLetterEncoder`, for services that read the dead-letter topic;
/// `config/schemas/dead-letter-headers.json` says the same in JSON Schema. Key, value and the other headers of the
/// record are the command's own.
public struct FailureNotice: Sendable, Hashable {
    /// The command's id.
    public let commandID: CommandID
    /// The command's position.
    public let command: RecordPosition
    /// The consumer group that gave it up.
    public let group: String
    /// Why, for programs.
    public let code: ErrorCode
    /// Why, in words; at most 1 KiB.
    public let message: String
    /// Whether the same command may succeed later.
    public let isRetryable: Bool
    /// How many times it has become a dead letter.
    public let deliveryCount: Int
    /// How many times it was sent back.
    public let redriveCount: Int
    /// When it first became a dead letter.
    public let firstFailedAt: UnixMilliseconds
    /// When it became one this time.
    public let lastFailedAt: UnixMilliseconds
    /// What the record lacks of its command, or has beyond it, since the topic refused the whole; empty as a rule.
    public let reductions: [DeadLetterReduction: String]

    /// Reads the headers of a record of the dead-letter topic; of a repeated name the last counts.
    ///
    /// - Throws: `UnreadableEvent` when a header is missing or not what this contract writes, as in dead letters of
    ///   others.
    public init(reading headers: RecordHeaders) throws(UnreadableEvent) {
        let notice = NoticeHeaders(headers: headers)
        let topic = try notice.text(.topic) { ReplyTopicAllowList.isTopicName($0) ? $0 : nil }
        command = RecordPosition(
            topic: topic,
            partition: try notice.number(.partition, in: 0...Int32.max),
            offset: try notice.number(.offset, in: 0...Int64.max)
        )
        commandID = try notice.text(.commandID, EventText.commandID)
        group = try notice.text(.group) { $0.isEmpty ? nil : $0 }
        code = try notice.text(.code) { EventText.word($0, ErrorCode.self) }
        message = try notice.text(.message) { $0.utf8.count <= DeadLetterEncoder.maximumMessageBytes ? $0 : nil }
        isRetryable = try notice.text(.retryable) { ["true": true, "false": false][$0] }
        deliveryCount = try notice.number(.deliveryCount, in: 1...9_999_999_999)
        redriveCount = try notice.number(.redriveCount, in: 0...999_999_999)
        firstFailedAt = try notice.text(.firstFailedAt, EventText.instant)
        lastFailedAt = try notice.text(.lastFailedAt, EventText.instant)
        reductions = try notice.reductions()
    }
}

/// The headers of a dead letter, each read as what it must be.
private struct NoticeHeaders {
    let headers: RecordHeaders

    func reductions() throws(UnreadableEvent) -> [DeadLetterReduction: String] {
        var texts: [DeadLetterReduction: String] = [:]
        for name in DeadLetterReduction.allCases {
            guard headers.has(name.name) else { continue }
            guard let text = headers.text(name.name), name.takes(text) else {
                throw UnreadableEvent(name.rawValue, "is not what this contract writes there")
            }
            texts[name] = text
        }
        return texts
    }

    func text<Value>(
        _ name: DeadLetterHeader,
        _ read: (String) -> Value?
    ) throws(UnreadableEvent) -> Value {
        guard let bytes = headers[name.name] else { throw UnreadableEvent(name.rawValue, "is missing") }
        guard let text = String(validating: bytes, as: UTF8.self), let value = read(text) else {
            throw UnreadableEvent(name.rawValue, "is not what this contract writes there")
        }
        return value
    }

    /// A number in decimal digits without leading zeros.
    func number<Number: FixedWidthInteger>(
        _ name: DeadLetterHeader,
        in range: ClosedRange<Number>
    ) throws(UnreadableEvent) -> Number {
        try text(name) { text in
            guard let number = Number(text), range.contains(number), String(number).hasSameBytes(as: text) else {
                return nil
            }
            return number
        }
    }
}

extension DeadLetterReduction {
    /// Whether a value is one that the encoder could have written.
    fileprivate func takes(_ text: String) -> Bool {
        switch self {
        case .valueDropped, .headersDropped, .keyCut:
            guard let number = Int(text), (0...9_999_999_999).contains(number) else { return false }
            return String(number).hasSameBytes(as: text)
        case .keyAdded: return text.hasSameBytes(as: "true")
        case .timestampReplaced: return EventText.instant(text) != nil
        }
    }
}
