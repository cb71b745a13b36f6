import WorkerLogging

/// A command line of this program as an operator can copy it into a shell.
package struct ShellCommand: Sendable, Hashable, CustomStringConvertible {
    private let words: [String]
    private let operand: String?
    private let config: String?

    /// - Parameters:
    ///   - words: Subcommands and options; the value of an option follows it, or its `=`.
    ///   - config: The file of `--config`; `nil` when it was not given.
    package init(_ words: [String], operand: String? = nil, config: String? = nil) {
        self.words = words
        self.operand = operand
        self.config = config
    }

    /// The words, quoted where a shell would take them for something else.
    package var description: String {
        var all = ["customer-worker"] + self.words
        if let config { all += ["--config", config] }
        if let operand { all += operand.hasPrefix("-") ? ["--", operand] : [operand] }
        return all.map(Self.quoted).joined(separator: " ")
    }

    /// An option with a value that may begin with a hyphen.
    static func option(_ name: String, _ value: String) -> [String] {
        value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
    }

    /// A word for a POSIX shell; one with control characters for bash, zsh and ksh, since no other form shows them.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "_-./:,@%+=".utf8.contains(byte)
            }
        }
        if isPlain, !word.isEmpty { return word }
        guard word.unicodeScalars.contains(where: LogEscaping.needsEscape) else {
            return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }
        let body = word.unicodeScalars.map { scalar in
            if scalar == "'" || scalar == "\\" { return "\\\(scalar)" }
            guard LogEscaping.needsEscape(scalar) else { return String(scalar) }
            return String(scalar).utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return "$'" + body.joined() + "'"
    }
}
