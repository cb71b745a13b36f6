/// Makes texts from outside harmless in a log line and on a terminal.
///
/// A newline would forge a line, an escape sequence would steer the terminal, and a bidirectional control would show
/// the characters of a line in another order than they have.
package enum LogEscaping {
    /// Whether a character must not appear as itself.
    package static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: true  // C0, delete, C1
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C: true  // direction marks and overrides
        case 0x2028, 0x2029: true  // line and paragraph separator
        default: false
        }
    }

    /// The escape of a character, in a form that JSON knows as well; all of them are below U+10000.
    package static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// A text with every dangerous character escaped and nothing else changed.
    package static func escaped(_ text: String) -> String {
        text.unicodeScalars.contains(where: self.needsEscape) ? self.escaped(text.unicodeScalars) : text
    }

    /// A text between quotation marks, with these and the backslash escaped as well.
    ///
    /// It is a JSON string, and reads naturally in a text line too.
    package static func quoted(_ text: String) -> String {
        "\"" + self.escaped(text.unicodeScalars, alsoBehindBackslash: ["\"", "\\"]) + "\""
    }

    private static func escaped(
        _ scalars: String.UnicodeScalarView,
        alsoBehindBackslash marks: [Unicode.Scalar] = []
    ) -> String {
        scalars.reduce(into: "") { result, scalar in
            if self.needsEscape(scalar) {
                result += self.escape(scalar)
            } else {
                if marks.contains(scalar) { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
        }
    }
}
