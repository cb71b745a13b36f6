import ArgumentParser
import JSON
import Operations

/// `reload`: a HUP that waits for its outcome.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let a running worker read its settings again, and wait.",
        discussion: """
            Ends with 0 when the settings are in effect, 78 when they were refused and the old ones stay, 69 when no \
            worker answers at admin.listen.
            """ + Examples.below("reload")
    )

    @OptionGroup var admin: AdminOptions

    @Option(help: ArgumentHelp("The worker's process, in place of the one that answers.", valueName: "pid"))
    var pid: Int32?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let pid = self.pid, pid < 2 { throw ValidationError("--pid \(pid): expected the number of a process") }
    }

    func run() async throws {
        let client: AdminClient
        do {
            client = try self.admin.client()
        } catch {
            // The worker refuses the same file, and says so in its log and its metric.
            if let pid = self.pid { try? AdminClient.hangUp(pid) }
            throw error
        }
        let reload = try await client.reload(self.pid, within: .seconds(30))
        let text = self.json ? String(decoding: JSONWriter.encode(reload), as: UTF8.self) : Self.text(reload)
        try StandardOutput.write(text + "\n")
        if reload["in_effect"] != .bool(true) { throw ExitStatus.configuration.exit }
    }

    private static func text(_ reload: JSONObject) -> String {
        func list(_ name: String) -> [String] { (reload[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        let problems = list("problems")
        if !problems.isEmpty {
            return (["New settings refused; the old ones stay:"] + problems.map { "  \($0)" }).joined(separator: "\n")
        }
        let (changed, late) = (list("changed"), list("needs_restart"))
        if changed.isEmpty, late.isEmpty { return "Settings read again; nothing has changed." }
        let lines = [
            changed.isEmpty ? nil : "In effect: \(changed.joined(separator: ", ")).",
            late.isEmpty ? nil : "In effect after a restart: \(late.joined(separator: ", ")).",
        ]
        return lines.compactMap(\.self).joined(separator: "\n")
    }
}
