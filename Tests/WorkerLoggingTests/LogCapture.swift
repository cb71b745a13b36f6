import Logging
import Records
import Synchronization

@testable import WorkerLogging

/// A sink that keeps its lines.
final class LogCapture: LogSink {
    private let stored = Mutex<[String]>([])

    var lines: [String] { stored.withLock { $0 } }

    func write(_ line: String) {
        stored.withLock { $0.append(line) }
    }

    /// A logger that writes here, at a fixed time.
    func logger(
        _ format: LogLineFormat,
        level: Logger.Level = .trace,
        label: String = "test",
        control: LogLevelControl? = nil
    ) -> Logger {
        let control = control ?? LogLevelControl(level)
        return Logger(label: label) { label in
            LineLogHandler(label: label, format: format, sink: self, control: control) {
                UnixMilliseconds(1_795_000_000_042)
            }
        }
    }
}
