import Mustache
import WorkerLogging

/// The content type of every template: a text from anywhere becomes harmless HTML.
///
/// Mustache's own escapes whole characters, and a quotation mark with a combining mark behind it is one character that
/// it leaves as it is, though a browser ends an attribute there. Here every scalar is looked at. What would steer the
/// direction of the text, or is not visible at all, is shown as its escape.
struct PageText: MustacheContentType {
    /// The name that templates begin with: `{{% CONTENT_TYPE:PAGE}}`.
    static let name = "PAGE"

    func escapeText(_ text: String) -> String { Self.escaped(text) }

    /// A text as HTML, for an element or for an attribute in quotation marks.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Values are shown with their lines.
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where LogEscaping.needsEscape(scalar): result += LogEscaping.escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
