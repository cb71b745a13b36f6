package import CustomerContract
package import Tracing

/// One request as it goes out.
struct HTTPRequest: Sendable {
    /// The methods that Flexprice is spoken to with.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    var method: Method
    var url: String
    /// `name: value`, in visible ASCII.
    var headers: [String]
    var body: [UInt8]?
    /// For the whole of it, from its start to the last byte of the answer.
    var timeout: Duration
}

extension HTTPRequest {
    /// Passes a trace on: the command's own, or in its place what a tracer, if there is one, makes of the span.
    mutating func add(_ trace: TraceContext?, _ context: ServiceContext?) {
        if let trace {
            self.headers.append("traceparent: " + trace.traceparent)
            if let state = trace.tracestate { self.headers.append("tracestate: " + Self.headerSafe(state)) }
        }
        if let context { InstrumentationSystem.instrument.inject(context, into: &self, using: HeaderInjector()) }
    }

    /// Header values must be visible ASCII: anything else could end the header, and begin another one.
    static func headerSafe(_ text: String) -> String {
        guard text.utf8.contains(where: { !(0x20..<0x7F).contains($0) }) else { return text }
        return String(decoding: text.utf8.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// Sets headers for a tracer; one of the same name is replaced.
private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into request: inout HTTPRequest) {
        let start = key.lowercased() + ":"
        request.headers.removeAll { $0.lowercased().hasPrefix(start) }
        request.headers.append("\(key): \(HTTPRequest.headerSafe(value))")
    }
}

/// The trace context that a command came with, for everything that is done in its name.
private enum CommandTraceKey: ServiceContextKey {
    typealias Value = TraceContext

    static var nameOverride: String? { "customer_worker.command_trace" }
}

extension ServiceContext {
    /// The trace context of the command that is being served.
    package var commandTrace: TraceContext? {
        get { self[CommandTraceKey.self] }
        set { self[CommandTraceKey.self] = newValue }
    }
}
