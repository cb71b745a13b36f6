import CustomerContract
import FlexpriceAPI
package import Logging
import Records
import Tracing

/// One request as a span, in the trace that its command came with.
///
/// Without a tracer (`InstrumentationSystem.bootstrap`) there is no span, and the command's own context is passed on as
/// it came.
struct CommandSpan: Sendable {
    private let span: any Span

    /// For what is sent in the span's name.
    var context: ServiceContext { self.span.context }

    /// Begins with the request.
    init(_ request: BackendRequest) {
        let command = request.command.context
        var context = ServiceContext.topLevel
        context.commandTrace = command.trace
        InstrumentationSystem.instrument.extract(command.message.headers, into: &context, using: HeaderExtractor())
        self.span = startSpan("POST /customers", context: context, ofKind: .client)
        guard self.span.isRecording else { return }
        self.span.attributes["messaging.message.id"] = command.id.text
        self.span.attributes["messaging.destination.name"] = command.message.position.topic
        self.span.attributes["customer_worker.attempt"] = request.attempt
    }

    /// Runs what belongs to the span and comes after its first request.
    func during(_ body: () async -> BackendReply) async -> BackendReply {
        await ServiceContext.withValue(self.context) { await body() }
    }

    /// Ends with what came of it.
    func end(_ answer: BackendAnswer) {
        switch answer {
        case .created, .unchanged: break
        case .failed(let failure, _): self.span.setStatus(.init(code: .error, message: failure.code.rawValue))
        case .transient(let failure): self.span.setStatus(.init(code: .error, message: failure.reason))
        case .systemic(let reason, _, _): self.span.setStatus(.init(code: .error, message: reason))
        }
        self.span.end()
    }

    /// Reads a tracer's headers from a record's; names are compared as they are, values that are not UTF-8 are none.
    private struct HeaderExtractor: Extractor {
        func extract(key: String, from headers: RecordHeaders) -> String? {
            headers.text(HeaderName(key))
        }
    }
}

extension Logger.MetadataProvider {
    /// `trace_id` and `span_id` of the command that the current task serves; nothing outside of one.
    package static let commandTrace = Logger.MetadataProvider {
        guard let trace = ServiceContext.current?.commandTrace else { return [:] }
        return ["trace_id": "\(trace.traceID)", "span_id": "\(trace.parentID)"]
    }
}
