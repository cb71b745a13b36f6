import ArgumentParser

/// `dlq`: what concerns dead letters.
struct DLQCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "See dead letters, understand them, and send them back.",
        subcommands: [List.self, Show.self, Export.self, Redrive.self]
    )
}
