package import Logging
package import Records
import Synchronization

/// Where finished lines go.
package protocol LogSink: Sendable {
    /// Takes one line with its newline; may be called from any thread, and must neither trap nor throw.
    func write(_ line: String)
}

/// The backend of swift-log: turns each event into one line for a sink.
///
/// It never traps and never throws; texts from outside are escaped (see `LogEscaping`) and bounded in length.
package struct LineLogHandler: LogHandler {
    private let label: String
    private let format: LogLineFormat
    private let sink: any LogSink
    private let control: LogLevelControl
    private let now: @Sendable () -> UnixMilliseconds
    private var ownLevel: Logger.Level?

    /// The facts of every line of this logger.
    package var metadata: Logger.Metadata = [:]
    /// A source of facts that hold for the current task, such as trace ids.
    package var metadataProvider: Logger.MetadataProvider?

    package init(
        label: String,
        format: LogLineFormat,
        sink: any LogSink,
        control: LogLevelControl,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> UnixMilliseconds = { .now() }
    ) {
        self.label = label
        self.format = format
        self.sink = sink
        self.control = control
        self.metadataProvider = metadataProvider
        self.now = now
    }

    /// The shared level, unless this logger was given one of its own.
    package var logLevel: Logger.Level {
        get { self.ownLevel ?? self.control.level }
        set { self.ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Writes one line: facts of the call win over the provider's, and these over the logger's.
    package func log(event: LogEvent) {
        var facts = self.metadata
        if let provided = self.metadataProvider?.get() { facts.merge(provided) { $1 } }
        if let given = event.metadata { facts.merge(given) { $1 } }
        if let error = event.error {
            facts[LogKey.error] = "\(error)"
            facts[LogKey.errorType] = "\(String(reflecting: type(of: error)))"
        }
        let (time, message) = (self.now(), event.message.description)
        let line = LogLine(time: time, level: event.level, message: message, label: self.label, metadata: facts)
        self.sink.write(self.format.encode(line))
    }
}

/// The level below which nothing is written, shared by all loggers, so that a reload can change it.
package final class LogLevelControl: Sendable {
    private let stored: Mutex<Logger.Level>

    package init(_ level: Logger.Level) {
        self.stored = Mutex(level)
    }

    /// The level that holds now; may be read from any thread.
    var level: Logger.Level { self.stored.withLock { $0 } }

    /// Puts another level into effect, for loggers that exist already too.
    package func set(_ level: Logger.Level) { self.stored.withLock { $0 = level } }
}
