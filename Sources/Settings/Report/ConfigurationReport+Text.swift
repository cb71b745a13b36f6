import Foundation

extension ConfigurationReport {
    /// `{"settings": [{"key", "value", "origin": {"kind", …}, "on_reload"}]}` on several lines, for scripts.
    ///
    /// A value that is not set is `null`, that of a number is a number, `true` and `false`
    /// are themselves. The kinds are `default`,
    /// `file` (with `path`, `line`), `environment` and `flag` (with `name`), and `secret_file` (with `path`).
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let entries = rows.map {
            Entry(
                key: $0.key,
                value: $0.value.map { [isBare = $0.isBare] in Value($0, isBare: isBare) },
                origin: Origin($0.origin),
                onReload: $0.onReload == .takesEffect ? "takes_effect" : "needs_restart"
            )
        }
        // Encoding texts and integers cannot fail; an empty object is the answer if it ever does.
        return (try? encoder.encode(["settings": entries])).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Entry: Encodable {
        let key: String
        let value: Value?
        let origin: Origin
        let onReload: String

        enum CodingKeys: String, CodingKey {
            case key
            case value
            case origin
            case onReload = "on_reload"
        }

        /// Written by hand, because a synthesised one leaves out a value of nil, and scripts want the key.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(key, forKey: .key)
            try container.encode(value, forKey: .value)
            try container.encode(origin, forKey: .origin)
            try container.encode(onReload, forKey: .onReload)
        }
    }

    private enum Value: Encodable {
        case whole(Int)
        case fraction(Double)
        case flag(Bool)
        case text(String)

        init(_ text: String, isBare: Bool) {
            self =
                if isBare, let whole = Int(text) {
                    .whole(whole)
                } else if isBare, let fraction = Double(text) {
                    .fraction(fraction)
                } else if isBare, let flag = Bool(text) {
                    .flag(flag)
                } else {
                    .text(text)
                }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .whole(let value): try container.encode(value)
            case .fraction(let value): try container.encode(value)
            case .flag(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }
    }

    private struct Origin: Encodable {
        let kind: String
        var path: String?
        var line: Int?
        var name: String?

        init(_ origin: SettingOrigin) {
            switch origin {
            case .builtIn: kind = "default"
            case .file(let path, let line): (kind, self.path, self.line) = ("file", path, line)
            case .environment(let name): (kind, self.name) = ("environment", name)
            case .flag(let name): (kind, self.name) = ("flag", name)
            case .secretFile(let path): (kind, self.path) = ("secret_file", path)
            }
        }
    }
}
