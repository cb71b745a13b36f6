import NIOCore
import NIOPosix
import Settings

/// Lets clients begin at a fixed port: the embedded brokers take any that is free, and name it in their metadata.
///
/// It copies bytes, in both directions, between each client and one broker. Clients go to the brokers' own ports as
/// soon as they have read the metadata.
struct BootstrapRelay: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// The broker.
    let broker: HostAndPort
    private static let group = MultiThreadedEventLoopGroup.singleton

    /// Relays until the task is cancelled.
    ///
    /// - Throws: an error of the network when nothing can listen on the address.
    func run(on address: HostAndPort) async throws {
        let listener = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        try await listener.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { relays in
                for try await client in clients {
                    // A connection that breaks is its client's trouble alone: it connects again.
                    relays.addTask { try? await self.relay(client) }
                }
            }
        }
    }

    private func relay(_ client: Connection) async throws {
        try await client.executeThenClose { requests, toClient in
            let broker = try await ClientBootstrap(group: Self.group)
                .connect(host: self.broker.host, port: self.broker.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
                }
            try await broker.executeThenClose { answers, toBroker in
                try await withThrowingTaskGroup(of: Void.self) { directions in
                    directions.addTask { for try await bytes in requests { try await toBroker.write(bytes) } }
                    directions.addTask { for try await bytes in answers { try await toClient.write(bytes) } }
                    // The end of one is the end of both.
                    try await directions.next()
                    directions.cancelAll()
                }
            }
        }
    }
}
