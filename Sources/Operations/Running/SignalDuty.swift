import Glibc
package import Logging
import Synchronization

/// What each signal does, from the first moment of `run` to its last.
///
/// The stream is read by one task for the whole time, since a worker that is not there yet must be stoppable too.
/// Before ``take(over:)`` TERM and INT end the process with code 0 at once: nothing was begun.
package final class SignalDuty: Sendable {
    /// What signals do to a worker that runs.
    package struct Actions: Sendable {
        /// The first TERM or INT.
        package let drain: @Sendable () -> Void
        /// A second one; does not return.
        package let abort: @Sendable () -> Never
        /// HUP.
        package let reload: @Sendable () async -> Void
        /// TSTP.
        package let suspend: @Sendable () -> Void
        /// CONT.
        package let resume: @Sendable () -> Void
        /// TTIN.
        package let logInFlight: @Sendable () async -> Void
        /// USR2; only when the hidden option asks for it.
        package let wedge: @Sendable () -> Void
    }

    private struct State {
        var actions: Actions?
        var isDraining = false
    }

    private let signals: ProcessSignals
    private let logger: Logger
    private let state = Mutex(State())

    /// Takes over the signals; nothing is done about them before ``run()``.
    package init(_ signals: ProcessSignals, logger: Logger) {
        self.signals = signals
        self.logger = logger
    }

    /// From now on signals concern a worker.
    package func take(over actions: Actions) { self.state.withLock { $0.actions = actions } }

    /// Obeys until the task is cancelled.
    package func run() async {
        for await signal in self.signals.stream {
            switch signal {
            case .terminate, .interrupt:
                self.stop()
            case .hangUp:
                await self.actions?.reload()
            case .suspend:
                self.actions?.suspend()
            case .resume:
                self.actions?.resume()
            case .terminalInput:
                await self.actions?.logInFlight()
            case .user2:
                self.actions?.wedge()
            }
        }
    }

    private var actions: Actions? { self.state.withLock { $0.actions } }

    private func stop() {
        let (actions, isSecond) = self.state.withLock { state in
            defer { if state.actions != nil { state.isDraining = true } }
            return (state.actions, state.isDraining)
        }
        guard let actions else {
            self.logger.notice("Stopped by a signal before the worker began")
            // Not a return: the start may be waiting in a call of librdkafka that cannot be cut short.
            StandardErrorLog.flush()
            _exit(ExitStatus.success.rawValue)
        }
        if isSecond { actions.abort() }
        actions.drain()
    }
}
