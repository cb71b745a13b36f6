import JSON
import Records

/// Texts that stand in several events, in members and in headers alike.
enum EventText {
    static let instantExpectation = "must be a time such as 2026-11-22T10:00:00.042Z"
    static let commandIDExpectation = "must have 1 to 280 characters and no control characters"

    /// A time in exactly the form that is written: UTC with three decimals.
    static func instant(_ text: String) -> UnixMilliseconds? {
        guard let instant = UnixMilliseconds(parsing: text), instant.description.hasSameBytes(as: text) else {
            return nil
        }
        return instant
    }

    /// A command's id: what a producer may choose, or a record's position, which has up to 280 characters.
    static func commandID(_ text: String) -> CommandID? {
        guard !text.isEmpty, !text.hasMoreCodePoints(than: 280),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
        else { return nil }
        return CommandID(text)
    }

    /// A word of a closed list, compared byte for byte.
    static func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String, _ type: Word.Type) -> Word? {
        Word.allCases.first { $0.rawValue.hasSameBytes(as: text) }
    }
}
