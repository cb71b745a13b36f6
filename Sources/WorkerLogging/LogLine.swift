import Logging
import Records

/// Everything that one line tells, before it has a form.
struct LogLine: Sendable {
    let time: UnixMilliseconds
    let level: Logger.Level
    let message: String
    /// The module or part that speaks.
    let label: String
    /// The facts, sorted by name so that equal events give equal lines; dictionaries are flattened with dots.
    let fields: [(name: String, value: LogField)]

    init(time: UnixMilliseconds, level: Logger.Level, message: String, label: String, metadata: Logger.Metadata) {
        self.time = time
        self.level = level
        self.message = LogField.bounded(message)
        self.label = label
        var fields: [(name: String, value: LogField)] = []
        for (name, value) in metadata { LogField.flatten(name, value, depth: 0, into: &fields) }
        self.fields = fields.sorted { $0.name < $1.name }
    }
}

/// The value of one fact.
enum LogField: Sendable, Equatable {
    /// A number or a truth value, in the spelling that JSON has for it.
    case literal(String)
    case text(String)
    case list([String])

    /// The longest text of one field, in bytes: the reason of a failure fits, a whole command does not.
    static let longestText = 8_192

    /// Deeper dictionaries are printed as texts.
    private static let deepest = 4

    /// Cuts a text that is too long, and says so.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > Self.longestText else { return text }
        return String(decoding: text.utf8.prefix(Self.longestText), as: UTF8.self) + "… (cut)"
    }

    fileprivate static func flatten(
        _ name: String,
        _ value: Logger.MetadataValue,
        depth: Int,
        into fields: inout [(name: String, value: LogField)]
    ) {
        switch value {
        case .string(let text): fields.append((name, .text(Self.bounded(text))))
        case .stringConvertible(let convertible): fields.append((name, Self.field(convertible)))
        case .array(let values): fields.append((name, .list(values.prefix(100).map { Self.bounded("\($0)") })))
        case .dictionary(let entries):
            guard depth < Self.deepest else { return fields.append((name, .text(Self.bounded("\(value)")))) }
            for (inner, value) in entries { Self.flatten("\(name).\(inner)", value, depth: depth + 1, into: &fields) }
        }
    }

    private static func field(_ value: any CustomStringConvertible) -> LogField {
        switch value {
        case let number as any FixedWidthInteger: .literal(number.description)
        case let truth as Bool: .literal(truth ? "true" : "false")
        // JSON has no infinity and no NaN.
        case let number as Double where number.isFinite: .literal(number.description)
        default: .text(Self.bounded(value.description))
        }
    }
}
