import ArgumentParser
import Foundation
import JSON
import Operations

/// `why`: one sentence on what commands wait for.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say in one sentence why nothing moves, or why one external_id does not.",
        discussion: """
            Ends with 0 when the worker is ready, 1 when it answers and is not, 69 when no worker answers. \
            The worker is looked for at admin.listen; of several instances each answers for itself.
            """
    )

    @OptionGroup var admin: AdminOptions

    @Argument(help: ArgumentHelp("Tell about the commands of this external_id.", valueName: "external_id"))
    var externalID: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try self.admin.client()
        let answer: WhyAnswer
        do throws(StartFailure) {
            answer = WhyAnswer(try await client.status(of: self.externalID), externalID: self.externalID)
        } catch {
            throw error.exit()
        }
        let text = self.json ? String(decoding: JSONWriter.encode(answer.json), as: UTF8.self) : answer.text
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        if !answer.isReady { throw ExitStatus.failure.exit }
    }
}
