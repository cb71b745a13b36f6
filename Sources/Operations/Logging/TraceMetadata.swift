import CustomerContract
import FlexpriceAPI
package import Logging
import Tracing

/// The ids of the trace that a line belongs to, as facts of the line.
package enum TraceMetadata {
    /// `trace_id` and `span_id` of the command that the current task serves; nothing outside of one.
    package static let provider = Logger.MetadataProvider {
        guard let trace = ServiceContext.current?.commandTrace else { return [:] }
        return [LogKey.traceID: "\(trace.traceID)", LogKey.spanID: "\(trace.parentID)"]
    }
}
