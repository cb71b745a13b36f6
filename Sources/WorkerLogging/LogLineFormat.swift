import Logging
import Records

/// How a line is written.
package enum LogLineFormat: Sendable, Equatable {
    /// One JSON object: `time`, `level`, `message`, `logger`, and the facts beside them.
    case json
    /// Aligned, for people: time, level, message, facts as `name=value`.
    case text
    /// The text form for journald: a priority in place of time and level, which the journal keeps itself.
    ///
    /// Source: `sd-daemon(3)`, the prefixes `<0>` to `<7>`.
    case journal

    /// The line with its newline.
    func encode(_ line: LogLine) -> String {
        switch self {
        case .json: Self.json(line)
        case .text: "\(line.time.description) \(Self.padded(line.level.rawValue, 8)) \(Self.sentence(line))\n"
        case .journal: "<\(Self.priority(line.level))>\(Self.sentence(line))\n"
        }
    }

    /// The width that most messages fit in, so that the facts of neighbouring lines are aligned.
    private static let messageWidth = 40

    private static func sentence(_ line: LogLine) -> String {
        let message = LogEscaping.escaped(line.message)
        guard !line.fields.isEmpty else { return message }
        let facts = line.fields.map { "\(LogEscaping.escaped($0.name))=\(Self.plain($0.value))" }
        return Self.padded(message, Self.messageWidth) + " " + facts.joined(separator: " ")
    }

    private static func plain(_ value: LogField) -> String {
        switch value {
        case .literal(let literal): literal
        case .text(let text): Self.bare(text) ? text : LogEscaping.quoted(text)
        case .list(let texts): "[" + texts.map { Self.plain(.text($0)) }.joined(separator: ",") + "]"
        }
    }

    /// Whether a text needs no quotation marks to be told apart from its neighbours.
    private static func bare(_ text: String) -> Bool {
        !text.isEmpty
            && !text.unicodeScalars.contains { scalar in
                LogEscaping.needsEscape(scalar) || scalar.properties.isWhitespace
                    || ["\"", "=", "\\", ",", "[", "]"].contains(scalar)
            }
    }

    private static func json(_ line: LogLine) -> String {
        var members = [
            ("time", "\"\(line.time.description)\""), ("level", "\"\(line.level.rawValue)\""),
            ("message", LogEscaping.quoted(line.message)),
        ]
        if !line.label.isEmpty { members.append(("logger", LogEscaping.quoted(line.label))) }
        let reserved: Set = ["time", "level", "message", "logger"]
        for (name, value) in line.fields {
            // A fact may not replace what the handler itself says.
            members.append((reserved.contains(name) ? "field.\(name)" : name, Self.json(value)))
        }
        return "{" + members.map { "\(LogEscaping.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}\n"
    }

    private static func json(_ value: LogField) -> String {
        switch value {
        case .literal(let literal): literal
        case .text(let text): LogEscaping.quoted(text)
        case .list(let texts): "[" + texts.map(LogEscaping.quoted).joined(separator: ",") + "]"
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// syslog's numbers: 7 debug, 6 informational, 5 notice, 4 warning, 3 error, 2 critical.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
