import Glibc
import Operations

/// Runs something until its end, or until INT or TERM cancels it; a second one ends the process at once, with code 2.
func cancelledBySignals<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let signals = ProcessSignals(of: [.interrupt, .terminate])
    let running = Task { try await body() }
    let listening = Task {
        for await _ in signals.stream {
            if running.isCancelled { _exit(ExitStatus.forcedStop.rawValue) }
            running.cancel()
        }
    }
    defer { listening.cancel() }
    return try await running.value
}
