import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// The connection of one request whose body has been read: it tells whether the client is still there.
final class ClientConnection: Sendable {
    private let body: RequestBody
    private let channel: any Channel
    private let watched = Atomic(false)

    init(body: RequestBody, channel: any Channel) {
        self.body = body
        self.channel = channel
    }

    /// Whether the connection has been watched; Hummingbird closes it then, once the answer is out.
    var closesAfterAnswer: Bool { watched.load(ordering: .relaxed) }

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
        watched.store(true, ordering: .relaxed)
        do {
            try await body.consumeWithCancellationOnInboundClose { _ in
                try await cancelWhenGracefulShutdown { try await operation() }
            }
            return true
        } catch {
            return false
        }
    }
}
