import Glibc
package import Logging
import Records
import Synchronization

/// `log.*`: what is written to standard error.
package struct LogSettings: Sendable, Equatable {
    /// How a line is written.
    package enum Format: String, Sendable, CaseIterable {
        /// `text` on a terminal, else `json`.
        case auto
        /// Aligned, for people.
        case text
        /// One object a line, for machines.
        case json
    }

    /// Lines below this level are not written.
    package var level = Logger.Level.info
    /// The form of a line.
    package var format = Format.auto

    package init() {}
}

/// The program's log on standard error.
package struct StandardErrorLog: Sendable {
    /// Changes the level of all loggers.
    package let level: LogLevelControl
    /// The form of the lines, after `auto` was decided.
    package let format: LogLineFormat
    private let sink: any LogSink
    /// The sink of the process's log, once there is one.
    private static let current = Mutex<QueuedLogSink?>(nil)

    /// Waits until the log is written, for at most half a second: a reader that does not read must not keep the process
    /// alive.
    ///
    /// To be called before the process ends by `_exit`, and before a sentence is written past the log.
    package static func flush() { self.current.withLock { $0 }?.flush(within: .milliseconds(500)) }

    /// Decides the form from the settings and from what standard error is.
    ///
    /// - Parameters:
    ///   - settings: Level and format.
    ///   - environment: Looked at for `JOURNAL_STREAM`.
    package init(_ settings: LogSettings, environment: [String: String]) {
        let descriptor: Int32 = 2
        var status = stat()
        let isOpen = fstat(descriptor, &status) == 0
        let identity = isOpen ? "\(status.st_dev):\(status.st_ino)" : nil
        let format = Self.format(
            settings.format,
            isTerminal: isatty(descriptor) == 1,
            isJournal: Self.isJournal(environment["JOURNAL_STREAM"], identity: identity)
        )
        let sink = QueuedLogSink(descriptor) { dropped in
            let line = LogLine(
                time: .now(),
                level: .warning,
                message: "Log lines dropped; standard error was not read",
                label: "customer-worker",
                metadata: [LogKey.count: "\(dropped)"]
            )
            return format.encode(line)
        }
        self.init(settings, format: format, sink: sink)
        let isFirst = Self.current.withLock { current in
            defer { current = sink }
            return current == nil
        }
        if isFirst { atexit { StandardErrorLog.flush() } }
    }

    init(_ settings: LogSettings, format: LogLineFormat, sink: any LogSink) {
        self.level = LogLevelControl(settings.level)
        self.format = format
        self.sink = sink
    }

    /// Makes this the backend of all loggers of the process.
    ///
    /// Call it once, at the start: swift-log stops the process at the second time.
    package func bootstrap(metadataProvider: Logger.MetadataProvider? = nil) {
        LoggingSystem.bootstrap(
            { label, provider in self.handler(label: label, metadataProvider: provider) },
            metadataProvider: metadataProvider
        )
    }

    /// A handler for one logger, also without ``bootstrap(metadataProvider:)``.
    package func handler(label: String, metadataProvider: Logger.MetadataProvider? = nil) -> LineLogHandler {
        LineLogHandler(
            label: label,
            format: self.format,
            sink: self.sink,
            control: self.level,
            metadataProvider: metadataProvider
        )
    }

    /// `auto` is text on a terminal, else JSON; text has priorities where journald reads it.
    static func format(_ format: LogSettings.Format, isTerminal: Bool, isJournal: Bool) -> LogLineFormat {
        switch format {
        case .json: .json
        case .text: isJournal ? .journal : .text
        case .auto: isTerminal ? .text : .json
        }
    }

    /// Whether standard error is the stream to the journal that systemd set up.
    ///
    /// The variable is inherited by programs whose standard error leads elsewhere; `systemd.exec(5)` therefore asks to
    /// compare the device and inode that it holds with those of the descriptor.
    static func isJournal(_ variable: String?, identity: String?) -> Bool { variable != nil && variable == identity }
}
