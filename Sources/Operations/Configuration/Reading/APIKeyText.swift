/// The rule for the text of an API key, wherever it is read from.
enum APIKeyText {
    static let expected = "an API key: 1 to 4096 visible ASCII characters without spaces"

    /// Drops one trailing newline, which every editor and `echo` leaves behind, and refuses whatever could not be sent
    /// as a header; nil if it is refused.
    @Sendable static func parse(_ written: String) -> Secret? {
        var bytes = Array(written.utf8)
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard 1...4_096 ~= bytes.count, bytes.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads a key file again while the worker runs; nil when it cannot be read or its text does not fit, as in the
    /// moment in which somebody writes it.
    static func read(from path: String) -> Secret? {
        guard let file = try? FileBytes(path: path, limit: 8_192) else { return nil }
        return String(validating: file.bytes, as: UTF8.self).flatMap(Self.parse)
    }
}
