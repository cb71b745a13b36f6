import CustomerContract
import JSON
import Records
package import Redrive
package import Topics

/// One dead letter in full: why it failed, its headers, its value.
package struct LetterView: Sendable {
    private let letter: DeadLetter
    private let mark: LetterMark

    package init(_ letter: DeadLetter, _ mark: LetterMark) {
        self.letter = letter
        self.mark = mark
    }

    /// What its headers say, each with its name in words, in the order of their weight; as they are, so not yet fit
    /// for a terminal.
    package var facts: [(name: String, value: String)] {
        let letter = self.letter
        var facts: [(name: String, value: String)] = [("dead letter", letter.position.description)]
        facts.append(("state", self.mark == .redriven ? "sent back" : self.mark.rawValue))
        facts.append(("headers of", letter.dialect?.rawValue ?? "nobody known"))
        if let source = letter.source {
            let place = [source.partition.map { "\($0)" }, source.offset.map { "\($0)" }].compactMap { $0 }
            facts.append(("command", ([source.topic] + place).joined(separator: "/")))
        }
        if let id = letter.commandID { facts.append(("command id", id)) }
        if let id = letter.externalIDs.first { facts.append(("external_id", id.text)) }
        facts.append(("code", letter.kind ?? "-"))
        facts.append(("why", letter.reason ?? "-"))
        if let isRetryable = letter.isRetryable { facts.append(("retryable", isRetryable ? "yes" : "no")) }
        if let group = letter.group { facts.append(("given up by", group)) }
        if let time = letter.firstFailedAt { facts.append(("first failed", time.description)) }
        if let time = letter.failedAt { facts.append(("failed", time.description)) }
        let laps = letter.redriveCount + (self.mark == .redriven ? 1 : 0)
        facts.append(("sent back", NumberText.count(laps, "time")))
        return facts
    }

    /// For a terminal; ends with a newline.
    package var text: String {
        let facts = self.facts
        let width = facts.map(\.name.count).max() ?? 0
        let record = self.letter.record
        return facts.map { "\($0.name.padding(to: width))  \($0.value.printable)\n" }.joined() + "\nheaders\n"
            + record.headers.map { "  \($0.name.text.printable): \(Self.shown($0.value))\n" }.joined()
            + "\nkey    \(Self.shown(record.key))\nvalue  \(Self.shownValue(record.value))\n"
    }

    /// A value with one member a line if it is JSON, else as ``shown(_:)`` has it.
    package static func shownValue(_ bytes: [UInt8]?) -> String {
        guard let bytes, let value = try? JSONParser.parse(bytes) else { return self.shown(bytes) }
        return PrettyJSON.text(value)
    }

    /// Text as text, other bytes as hexadecimal digits; a control character must not reach the terminal.
    package static func shown(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "(null)" }
        if let text = String(validating: bytes, as: UTF8.self), text.printable == text { return text }
        let shown = bytes.prefix(256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return bytes.count > 256 ? "\(shown) … (\(bytes.count) bytes)" : shown
    }
}
