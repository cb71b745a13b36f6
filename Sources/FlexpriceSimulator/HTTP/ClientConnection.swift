import NIOCore
import ServiceLifecycle

/// The connection of one request: it tells whether the client is still there, and can be closed without an answer.
struct ClientConnection: Sendable {
    let channel: any Channel

    /// Waits for `duration`; false if the client closed the connection meanwhile or the simulator stops.
    func stays(for duration: Duration, _ clock: SimulatorClock) async -> Bool {
        guard duration > .zero else { return true }
        return await whileOpen { try await clock.sleep(duration) }
    }

    /// Waits until the client closes the connection or the simulator stops.
    func waitUntilClosed() async {
        _ = await whileOpen { try await Task.sleep(for: .seconds(31_536_000)) }
    }

    /// Closes the connection; whatever is written afterwards goes nowhere.
    func close() {
        channel.close(promise: nil)
    }

    /// Runs `operation`; false if the client's end of the connection closed first, or the operation was cancelled.
    private func whileOpen(_ operation: @escaping @Sendable () async throws -> Void) async -> Bool {
        let channel = channel
        let end = try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ConnectionEndHandler.self).end
        }.get()
        // Without the handler the pipeline is already torn down: the client is gone.
        guard let end else { return false }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await operation() }
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                try? await end.reach(1)
                return false
            }
            let isOpen = await group.next() ?? false
            group.cancelAll()
            return isOpen
        }
    }
}
