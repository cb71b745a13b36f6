import CustomerCommands
import ServiceLifecycle

/// A client among the services of a program.
struct CommandsService: Service {
    let commands: CustomerCommands

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.commands.run()
        } onGracefulShutdown: {
            self.commands.close()
        }
    }
}
