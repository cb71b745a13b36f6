/// Where the value of a setting, or a mistake in it, comes from.
package enum SettingOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The default; the setting is not set.
    case builtIn
    /// The configuration file; the line counts from 1 and is nil where the file as a whole is meant.
    case file(path: String, line: Int?)
    case environment(String)
    /// An option of the command line, as it was typed (`--listen`).
    case flag(String)
    /// A file that holds one secret: `api.key_file` or a credential of systemd.
    case secretFile(path: String)

    /// A place that a person can go to.
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): line.map { "file \(path):\($0)" } ?? "file \(path)"
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag \(name)"
        case .secretFile(let path): "secret file \(path)"
        }
    }

    /// The order in which problems are listed: by line in the file, then variables and options by name.
    var order: (Int, Int, String) {
        switch self {
        case .file(_, let line): (0, line ?? 0, "")
        case .environment(let name): (1, 0, name)
        case .flag(let name): (2, 0, name)
        case .secretFile(let path): (3, 0, path)
        case .builtIn: (4, 0, "")
        }
    }
}

extension SettingOrigin: Encodable {
    private struct Form: Encodable {
        let kind: String
        var path: String?
        var line: Int?
        var name: String?
    }

    package func encode(to encoder: any Encoder) throws {
        let form =
            switch self {
            case .builtIn: Form(kind: "default")
            case .file(let path, let line): Form(kind: "file", path: path, line: line)
            case .environment(let name): Form(kind: "environment", name: name)
            case .flag(let name): Form(kind: "flag", name: name)
            case .secretFile(let path): Form(kind: "secret_file", path: path)
            }
        try form.encode(to: encoder)
    }
}

/// A setting given on the command line; it wins over the environment and the file.
package struct SettingFlag: Sendable {
    /// The setting, such as `kafka.brokers`.
    package let key: String
    /// The value, written as in an environment variable: lists with commas, maps as a JSON object.
    package let value: String
    /// The option as the user typed it, for messages.
    package let name: String

    package init(key: String, value: String, name: String) {
        self.key = key
        self.value = value
        self.name = name
    }
}
