import Glibc
package import Logging
import Synchronization
import WorkerLogging

/// What each signal does, from the first moment of `run` to its last.
///
/// The stream is read by one task for the whole time, since a worker that is not there yet must be stoppable too.
/// Before ``take(over:)`` TERM and INT end the process with code 0 at once: nothing was begun. HUP and TSTP are done
/// afterwards.
package final class SignalDuty: Sendable {
    /// What signals do to a worker that runs; ``obey(_:at:)`` says which signal does what.
    struct Actions: Sendable {
        let drain: @Sendable () -> Void
        let abort: @Sendable () -> Never
        let reload: @Sendable () async -> Void
        let suspend: @Sendable () -> Void
        let resume: @Sendable () -> Void
        let logInFlight: @Sendable () async -> Void
        let wedge: @Sendable () -> Void
    }

    private struct State {
        var actions: Actions?
        var requests = StopRequests()
        /// What came before there was a worker: done once there is one.
        var early: (reload: Bool, suspension: Bool) = (false, false)
    }

    private let signals: ProcessSignals
    private let endsWithTerminal: Bool
    private let logger: Logger
    private let state = Mutex(State())

    /// Takes over the signals; nothing is done about them before ``run()``.
    ///
    /// - Parameter endsWithTerminal: whether HUP, which a terminal that goes sends, is a TERM: for what a person runs.
    package init(_ signals: ProcessSignals, logger: Logger, endsWithTerminal: Bool = false) {
        self.endsWithTerminal = endsWithTerminal
        self.signals = signals
        self.logger = logger
    }

    /// From now on signals concern a worker; a suspension and a reload that were asked for before are carried out.
    func take(over actions: Actions) async {
        let early = self.state.withLock { state in
            state.actions = actions
            return state.early
        }
        if early.suspension { actions.suspend() }
        if early.reload { await actions.reload() }
    }

    /// Obeys until the task is cancelled.
    package func run() async {
        for await signal in self.signals.stream { await self.obey(signal) }
    }

    /// Does what one signal asks for, or takes note of it.
    func obey(_ signal: ProcessSignals.Signal, at now: ContinuousClock.Instant = .now) async {
        switch signal {
        case .terminate, .interrupt: self.stop(signal, at: now)
        case .hangUp where self.endsWithTerminal: self.stop(.terminate, at: now)
        case .hangUp: await self.actions(orLater: { $0.reload = true })?.reload()
        case .suspend: self.actions(orLater: { $0.suspension = true })?.suspend()
        case .resume: self.actions(orLater: { $0.suspension = false })?.resume()
        case .terminalInput: await self.actions()?.logInFlight()
        case .user2: self.actions()?.wedge()
        case .quit, .windowChange: break
        }
    }

    /// The actions; before there are any, `note` what is to be done then.
    private func actions(orLater note: (inout (reload: Bool, suspension: Bool)) -> Void = { _ in }) -> Actions? {
        self.state.withLock { state in
            if state.actions == nil { note(&state.early) }
            return state.actions
        }
    }

    private func stop(_ signal: ProcessSignals.Signal, at now: ContinuousClock.Instant) {
        let (actions, verdict) = self.state.withLock { state in
            (state.actions, state.requests.take(signal, at: now))
        }
        guard let actions else {
            self.logger.notice("Stopped by a signal before the worker began")
            // Not a return: the start may be waiting in a call of librdkafka that cannot be cut short.
            ProcessEnd.now(.success)
        }
        switch verdict {
        case .first: actions.drain()
        case .repeated: break
        case .second: actions.abort()
        }
    }
}
