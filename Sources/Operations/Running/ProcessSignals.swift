import Dispatch
import Glibc
import Synchronization
import WorkerLogging

/// The signals that operators and the service manager send, as a stream.
///
/// By hand, since service-lifecycle's own sequence knows neither TSTP nor TTIN. While a value lives the signals do
/// nothing else; a sequence of more than 16 unread signals loses the oldest.
package final class ProcessSignals: Sendable {
    /// A signal that means something to a worker, or to a command that draws on a terminal.
    package enum Signal: Int32, Sendable, CaseIterable {
        case hangUp = 1
        case interrupt = 2
        /// Control and backslash on a terminal; a worker leaves it what it is.
        case quit = 3
        /// A test hook, taken only when it is asked for.
        case user2 = 12
        case terminate = 15
        case resume = 18
        case suspend = 20
        case terminalInput = 21
        /// The terminal has another size.
        case windowChange = 28

        /// Those that operators send to a worker.
        package static let operators = Self.allCases.filter { ![.quit, .user2, .windowChange].contains($0) }
    }

    package let stream: AsyncStream<Signal>

    /// Ignores the signals that a daemon may get before it is ready to do something about them, and whose default is to
    /// die or to stop; and that of a pipe whose reader has gone, which is told by the call that writes.
    ///
    /// Settings are read after this, so that a HUP in between asks for nothing that does not happen anyway.
    package static func ignoreEarly() {
        for signal in [SIGHUP, SIGTSTP, SIGTTIN, SIGPIPE] { Glibc.signal(signal, SIG_IGN) }
    }

    /// Takes over these signals for this process.
    package init(of signals: [Signal] = Signal.operators) {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(16))
        self.stream = stream
        let queue = DispatchQueue(label: "signals")
        let sources = signals.map { signal in
            // Otherwise the default action, which is to die or to stop, comes first.
            Glibc.signal(signal.rawValue, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: signal.rawValue, queue: queue)
            source.setEventHandler { continuation.yield(signal) }
            source.resume()
            return CancelOnTermination(source: source)
        }
        continuation.onTermination = { _ in for source in sources { source.source.cancel() } }
    }

    /// Dispatch documents its objects as safe to use from any thread; the Swift overlay on Linux does not say so.
    private struct CancelOnTermination: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }
}

/// Tells a second request to stop from the first one that came twice.
///
/// `timeout` and some service managers send TERM to the process and again to its group, within milliseconds. So the
/// same signal within ``repetition`` of the first is the same request; another one, or the same later, is a second one.
package struct StopRequests: Sendable {
    package enum Verdict: Sendable, Hashable {
        case first
        /// The first request once more.
        case repeated
        case second
    }

    /// How long the same signal is the same request, counted from the first.
    private static let repetition: Duration = .seconds(1)

    private var first: (signal: ProcessSignals.Signal, at: ContinuousClock.Instant)?

    package init() {}

    /// Takes a signal that asks to stop.
    package mutating func take(_ signal: ProcessSignals.Signal, at now: ContinuousClock.Instant) -> Verdict {
        guard let first else {
            self.first = (signal, now)
            return .first
        }
        return signal == first.signal && now - first.at < Self.repetition ? .repeated : .second
    }
}

/// The end of the process at once, where a return could wait for a call that cannot be cut short.
package enum ProcessEnd {
    private static let cleanUp = Mutex<(@Sendable () -> Void)?>(nil)

    /// Has this done before the process ends so; the last one that is given counts.
    package static func before(_ cleanUp: @escaping @Sendable () -> Void) { self.cleanUp.withLock { $0 = cleanUp } }

    /// Ends the process with a code, its last log lines written.
    package static func now(_ status: ExitStatus) -> Never {
        self.cleanUp.withLock(\.self)?()
        StandardErrorLog.flush()
        _exit(status.rawValue)
    }
}
