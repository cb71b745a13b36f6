import Records
import WorkerLogging

/// How a value that came from outside is quoted in a message: short, on one line, and without credentials.
enum Redaction {
    /// The longest quotation, in characters: enough to recognise a value, too short to flood a log.
    private static let longest = 80

    /// A value in quotation marks, for the «found» of a problem.
    static func quoted(_ text: String) -> String {
        // A key pasted into the wrong setting is the likeliest way for a secret to reach a message.
        if Self.looksLikeKey(text) { return "a text of \(text.count) characters that looks like an API key" }
        let shown = String(String.UnicodeScalarView(Self.withoutCredentials(text).unicodeScalars.prefix(Self.longest)))
        return "\"\(LogEscaping.escaped(shown))\"" + (text.unicodeScalars.count > Self.longest ? "…" : "")
    }

    /// Whether a text begins, or continues after a separator, with the `sk_` of Flexprice's keys and a long word.
    private static func looksLikeKey(_ text: String) -> Bool {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0.hasPrefix("sk_") && $0.count > 12 }
    }

    /// A URL whose password, before the `@` or in a `password=` parameter, is replaced by the mask.
    ///
    /// The host begins after the *last* `@` before the path, so a password that itself holds an `@` is masked whole.
    static func withoutCredentials(_ url: String) -> String {
        var result = url
        if let scheme = result.firstRange(of: "://") {
            let rest = result[scheme.upperBound...]
            let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
            // A password with a bare `/` or `?` would end the authority early: look at the whole text for the last `@`.
            let at = rest[..<end].lastIndex(of: "@") ?? rest.lastIndex(of: "@")
            if let at, let colon = rest[..<at].firstIndex(of: ":") {
                result.replaceSubrange(result.index(after: colon)..<at, with: Secret.mask)
            }
        }
        for parameter in ["password=", "sslpassword="] {
            var from = result.startIndex
            while let found = result[from...].firstRange(of: parameter) {
                let end = result[found.upperBound...].firstIndex(of: "&") ?? result.endIndex
                let kept = result.distance(from: result.startIndex, to: found.upperBound)
                result.replaceSubrange(found.upperBound..<end, with: Secret.mask)
                from = result.index(result.startIndex, offsetBy: kept)
            }
        }
        return result
    }
}
