import NIOCore

/// Notices that the client's end of a connection is closed, while a request on it is being answered.
///
/// The server lets a client close its sending side and still answers, so the closing arrives here as an event and not
/// as the end of the channel. A client that only half closes is taken to be gone: Go cancels its request as well.
final class ConnectionEndHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// Reaches 1 when the client's end is closed.
    let end = Milestones()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { end.advance() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end.advance()
        context.fireChannelInactive()
    }
}
