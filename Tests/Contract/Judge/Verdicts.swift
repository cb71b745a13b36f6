import CustomerContract
import JSON
import Records

/// What the code makes of one message.
enum Verdicts {
    static func ofCommand(_ value: [UInt8]) -> JSONObject {
        let message = KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 0, offset: 0),
            value: value
        )
        switch CommandReader().read(message) {
        case .command:
            return Self.accepted
        case .refused(_, let failure):
            let fields = failure.details.map { $0.members.map { JSONValue.string($0.name) } } ?? []
            return JSONObject([
                .init(name: "accepted", value: .bool(false)),
                .init(name: "code", value: .string(failure.code.rawValue)),
                .init(name: "fields", value: .array(fields)),
            ])
        }
    }

    static func ofResult(_ value: [UInt8]) -> JSONObject {
        do throws(UnreadableEvent) {
            let result = try CustomerResult(decoding: value)
            // What was read must be what stands there: written again it must be read as the same.
            return Self.accepted.adding("result", .object(Self.object(result)))
        } catch {
            return Self.refused(error)
        }
    }

    static func ofDeadLetter(_ headers: RecordHeaders) -> JSONObject {
        do throws(UnreadableEvent) {
            let notice = try FailureNotice(reading: headers)
            let command = notice.command
            let reductions = notice.reductions.map {
                JSONObject.Member(name: $0.rawValue, value: .string($1))
            }
            return Self.accepted.adding(
                "notice",
                .object(
                    JSONObject(
                        reductions + [
                            .init(name: "__dlq.errors.topic", value: .string(command.topic)),
                            .init(name: "__dlq.errors.partition", value: .string(String(command.partition))),
                            .init(name: "__dlq.errors.offset", value: .string(String(command.offset))),
                            .init(name: "__dlq.errors.group", value: .string(notice.group)),
                            .init(name: "__dlq.errors.delivery.count", value: .string(String(notice.deliveryCount))),
                            .init(name: "__dlq.errors.message", value: .string(notice.message)),
                            .init(name: "dlq-error-code", value: .string(notice.code.rawValue)),
                            .init(name: "dlq-error-retryable", value: .string(String(notice.isRetryable))),
                            .init(name: "dlq-first-failed-at", value: .string(notice.firstFailedAt.description)),
                            .init(name: "dlq-last-failed-at", value: .string(notice.lastFailedAt.description)),
                            .init(name: "dlq-redrive-count", value: .string(String(notice.redriveCount))),
                            .init(name: "dlq-command-id", value: .string(notice.commandID.text)),
                        ]
                    )
                )
            )
        } catch {
            return Self.refused(error)
        }
    }

    private static let accepted = JSONObject([.init(name: "accepted", value: .bool(true))])

    private static func refused(_ error: UnreadableEvent) -> JSONObject {
        JSONObject([
            .init(name: "accepted", value: .bool(false)),
            .init(name: "fields", value: .array([.string(error.place)])),
        ])
    }

    /// What was read of a result, under the names that it has on the wire.
    private static func object(_ result: CustomerResult) -> JSONObject {
        var object = JSONObject()
        switch result.outcome {
        case .created(let how, let customer):
            object["status"] = .string("created")
            object["outcome"] = .string(how.rawValue)
            object["customer"] = (try? JSONParser.parse(customer.json, maximumDepth: 128)) ?? .null
        case .failed(let failure):
            object["status"] = .string("failed")
            var error = JSONObject([
                .init(name: "code", value: .string(failure.code.rawValue)),
                .init(name: "message", value: .string(failure.message)),
                .init(name: "retryable", value: .bool(failure.retryable)),
            ])
            error["http_status"] = failure.httpStatus.map { .number(JSONNumber($0)) }
            error["details"] = failure.details.map { .object($0) }
            object["error"] = .object(error)
        }
        if !result.warnings.isEmpty { object["warnings"] = Self.list(result.warnings) }
        if !result.unverified.isEmpty { object["unverified"] = Self.list(result.unverified) }
        object["external_id"] = result.externalID.map { .string($0.text) }
        var command = JSONObject([
            .init(name: "id", value: .string(result.commandID.text)),
            .init(name: "topic", value: .string(result.command.topic)),
            .init(name: "partition", value: .number(JSONNumber(Int(result.command.partition)))),
            .init(name: "offset", value: .number(JSONNumber(Int(result.command.offset)))),
        ])
        command["timestamp"] = result.commandTimestamp.map { .string($0.description) }
        object["command"] = .object(command)
        object["attempts"] = .number(JSONNumber(result.attempts))
        object["completed_at"] = .string(result.completedAt.description)
        return object
    }
}

extension Verdicts {
    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension JSONObject {
    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}
