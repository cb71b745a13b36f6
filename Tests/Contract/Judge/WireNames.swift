import CustomerContract
import JSON
import Records

/// The names of the wire format as the code has them, for the documents that must have the same.
enum WireNames {
    static var object: JSONObject {
        JSONObject([
            .init(name: "error_codes", value: Self.list(ErrorCode.allCases.map(\.rawValue))),
            .init(name: "retryable_codes", value: Self.list(ErrorCode.allCases.filter(\.isRetryable).map(\.rawValue))),
            .init(name: "outcomes", value: Self.list(CreatedOutcome.allCases.map(\.rawValue))),
            .init(name: "dead_letter_headers", value: Self.list(DeadLetterHeader.allCases.map(\.rawValue))),
            .init(name: "dead_letter_reductions", value: Self.list(DeadLetterReduction.allCases.map(\.rawValue))),
            .init(name: "command_headers", value: Self.list((Self.events + Self.correlation + Self.trace).map(\.text))),
            .init(
                name: "result_headers",
                value: Self.list(
                    (Self.events + [.ceCausationID, .replyTopicRefused, .resultReduced, .deadLetterRefused]
                        + Self.correlation + Self.trace).map(\.text)
                )
            ),
            .init(name: "command_type", value: .string(CreateCustomerCommand.eventType)),
            .init(
                name: "result_types",
                value: Self.list([ResultEncoder.createdType, ResultEncoder.failedType])
            ),
            .init(name: "maximum_command_bytes", value: .number(JSONNumber(CommandReader().maximumBytes))),
            .init(name: "maximum_echoed_bytes", value: .number(JSONNumber(ReplyCorrelation.maximumHeaderBytes))),
            .init(
                name: "maximum_message_bytes",
                value: .number(JSONNumber(DeadLetterEncoder.maximumMessageBytes))
            ),
        ])
    }

    private static let events = [
        HeaderName.ceID, HeaderName.ceSpecVersion, HeaderName.ceType, HeaderName.ceSource, HeaderName.ceSubject,
        HeaderName.ceTime, HeaderName.contentType,
    ]
    private static let correlation = [
        HeaderName.springCorrelationID, HeaderName.springReplyTopic, HeaderName.springReplyPartition,
        HeaderName.correlationID, HeaderName.replyTo,
    ]
    private static let trace = [HeaderName.traceparent, HeaderName.tracestate]

    private static func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
}
