import NIOCore
import ServiceLifecycle

/// The connection of one request: it tells whether the client is still there, and can be closed without an answer.
struct ClientConnection: Sendable {
    let channel: any Channel

    /// Waits for `duration`; false if the client closed the connection meanwhile or the simulator stops.
    func stays(for duration: Duration, _ clock: SimulatorClock) async -> Bool {
        guard duration > .zero else { return true }
        return await self.whileOpen { try await clock.sleep(duration) }
    }

    /// Waits until the client closes the connection or the simulator stops.
    func waitUntilClosed() async {
        _ = await self.whileOpen { try await Task.sleep(for: .seconds(31_536_000)) }
    }

    /// Closes the connection; whatever is written afterwards goes nowhere.
    func close() {
        self.channel.close(promise: nil)
    }

    /// Runs `operation`; false if the client's end of the connection closed first, or the operation was cancelled.
    ///
    /// Hummingbird's own `consumeWithCancellationOnInboundClose` is not used: it closes the connection after the
    /// answer, which a server that is merely slow does not.
    private func whileOpen(_ operation: @escaping @Sendable () async throws -> Void) async -> Bool {
        let channel = self.channel
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

/// Notices that the client's end of a connection is closed, while a request on it is being answered.
///
/// The server lets a client close its sending side and still answers, so the closing arrives here as an event and not
/// as the end of the channel. A client that only half closes counts as gone: Go cancels its request as well.
final class ConnectionEndHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// Reaches 1 when the client's end is closed.
    let end = Milestones()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { self.end.advance() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end.advance()
        context.fireChannelInactive()
    }
}
