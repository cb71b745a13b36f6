import ArgumentParser
import CustomerContract
import Operations

/// A word in the place of a command that is none, which the argument parser would take for an unexpected argument.
///
/// The program's options are those of its leaves: up to there each word is a command.
struct MisspeltCommand {
    /// What was said, up to the word that is none: `dlq lst`.
    let written: String
    /// The command that is most likely meant: `dlq list`.
    let nearest: String?
    /// The commands that can be there.
    let known: [String]
    /// The command that has them, as it is called: `customer-worker dlq`.
    let parent: String

    /// The first word that is none; `nil` when the arguments name a command, or none at all.
    static func first(in arguments: [String], of root: any ParsableCommand.Type) -> Self? {
        var command = root
        var path: [String] = []
        for (index, word) in arguments.enumerated() {
            if index == 0, word == "help" { continue }
            let commands = command.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-") else { return nil }
            if let next = commands.first(where: { $0.spelling == word }) {
                command = next
                path.append(word)
                continue
            }
            let known = commands.map { $0.spelling }
            let near = NearestName.find(word, among: known).map { path + [$0] }
            // The right word in the wrong place: `list` for `dlq list`.
            let nearest = near ?? Self.paths(to: word, in: root).first
            return Self(
                written: (path + [word]).joined(separator: " "),
                nearest: nearest?.joined(separator: " "),
                known: known,
                parent: ([root.spelling] + path).joined(separator: " ")
            )
        }
        return nil
    }

    /// One sentence, and where there is more.
    var sentence: String {
        let meant = self.nearest.map { "did you mean \($0)?" }
        let words = self.known.joined(separator: ", ")
        return "there is no command \(self.written.printable); \(meant ?? "expected one of \(words).") See "
            + "`\(self.parent) --help`."
    }

    private static func paths(to word: String, in command: any ParsableCommand.Type) -> [[String]] {
        command.configuration.subcommands.flatMap { child in
            (child.spelling == word ? [[child.spelling]] : [])
                + Self.paths(to: word, in: child).map { [child.spelling] + $0 }
        }
    }
}

extension ParsableCommand {
    /// The word by which the command is called; without a name of its own it is the type's, as the parser has it.
    fileprivate static var spelling: String { self._commandName }
}
