import Logging
import Synchronization

/// The level below which nothing is written, shared by all loggers, so that a reload can change it.
package final class LogLevelControl: Sendable {
    private let stored: Mutex<Logger.Level>

    /// Starts with a level.
    package init(_ level: Settings.Log.Level) {
        stored = Mutex(Self.level(level))
    }

    /// The level that holds now; may be read from any thread.
    var level: Logger.Level { stored.withLock { $0 } }

    /// Puts another level into effect, for loggers that exist already too.
    package func set(_ level: Settings.Log.Level) {
        stored.withLock { $0 = Self.level(level) }
    }

    private static func level(_ level: Settings.Log.Level) -> Logger.Level {
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
