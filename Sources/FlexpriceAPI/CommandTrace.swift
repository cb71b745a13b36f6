package import CustomerContract
package import Tracing

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
