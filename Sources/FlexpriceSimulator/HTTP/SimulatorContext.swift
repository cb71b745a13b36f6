import Hummingbird
import NIOCore

/// What the server hands to the responder besides the request: the channel, to close it without an answer.
struct SimulatorContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}
