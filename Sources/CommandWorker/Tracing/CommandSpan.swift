import CustomerContract
import FlexpriceAPI
import Tracing

/// One request as a span, in the trace that its command came with.
///
/// Without a tracer (`InstrumentationSystem.bootstrap`) there is no span, and the command's own context is passed on as it came.
enum CommandSpan {
    static func around(_ request: BackendRequest, _ body: () async -> BackendReply) async -> BackendReply {
        let command = request.command.context
        var context = ServiceContext.topLevel
        context.commandTrace = command.trace
        InstrumentationSystem.instrument.extract(command.message.headers, into: &context, using: HeaderExtractor())
        return await withSpan("POST /customers", context: context, ofKind: .client) { span in
            span.attributes["messaging.message.id"] = command.id.text
            span.attributes["messaging.destination.name"] = command.message.position.topic
            span.attributes["customer_worker.attempt"] = request.attempt
            let reply = await body()
            switch reply.answer {
            case .created: break
            case .failed(let failure): span.setStatus(.init(code: .error, message: failure.code.rawValue))
            case .transient(let failure): span.setStatus(.init(code: .error, message: failure.reason))
            case .systemic(let reason, _): span.setStatus(.init(code: .error, message: reason))
            }
            return reply
        }
    }

    /// Reads a tracer's headers from a record's; names are compared as they are, values that are not UTF-8 are none.
    private struct HeaderExtractor: Extractor {
        func extract(key: String, from headers: [MessageHeader]) -> String? {
            headers.last { $0.name == key }?.value.flatMap { String(validating: $0, as: UTF8.self) }
        }
    }
}
