import CustomerContract
import JSON
import Records
import Topics

/// One result event, as people read it and as JSON; each ends with a newline.
struct ResultView {
    let event: ResultEvent

    /// Time, outcome or code, customer, command, and what is said of a failure.
    var text: String {
        let time = self.event.timestamp?.description ?? "-"
        let code = self.event.isCreated ? self.event.code : "failed: \(self.event.code)"
        let parts = [
            time, Self.padded(code, to: 28), self.event.externalID?.text ?? "-", self.event.commandID.text,
            self.event.message ?? self.event.customerID ?? "",
        ]
        let line = parts.joined(separator: "  ")
        // An id is anybody's text, and a terminal obeys control characters.
        return String(
            line.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        )
            + "\n"
    }

    /// The event itself.
    var json: String { String(decoding: JSONWriter.encode(self.event.body), as: UTF8.self) + "\n" }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
