/// The server's `email` rule: `net/mail.ParseAddress` and the validator's pattern must both accept.
///
/// What remains of the two is a plain `local@domain`: no display name, no comment, no address literal, no white space
/// outside quotes.
enum EmailRule {
    static func accepts(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        // Neither a quoted local part nor a domain may hold an at sign beyond the last one of the address.
        guard let at = scalars.lastIndex(of: "@") else { return false }
        return acceptsLocalPart(scalars[..<at]) && acceptsDomain(scalars[(at + 1)...])
    }

    private static func acceptsLocalPart(_ local: ArraySlice<Unicode.Scalar>) -> Bool {
        if local.count > 2, local.first == "\"", local.last == "\"" {
            return local.dropFirst().dropLast().allSatisfy(isQuotable)
        }
        return isDotted(local) && local.allSatisfy { $0 == "." || isAtom($0) }
    }

    /// Whether the pattern and `ParseAddress` accept a domain.
    ///
    /// The pattern wants a dot that a letter follows and a letter or digit precedes, and a letter at the far end; what
    /// lies between may hold further dots. `ParseAddress` forbids empty labels.
    private static func acceptsDomain(_ domain: ArraySlice<Unicode.Scalar>) -> Bool {
        guard isDotted(domain), let first = domain.first, let last = domain.last else { return false }
        guard isLetterOrDigit(first), isLetter(last) else { return false }
        guard domain.allSatisfy({ isLetterOrDigit($0) || $0 == "." || $0 == "-" || $0 == "~" }) else { return false }
        return domain.indices.contains { index in
            domain[index] == "." && isLetterOrDigit(domain[index - 1]) && isLetter(domain[index + 1])
        }
    }

    /// No dot at either end, none beside another, and not empty.
    private static func isDotted(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        !text.isEmpty && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    private static func isAtom(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~": true
        default: isLetterOrDigit(scalar)
        }
    }

    private static func isQuotable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "!", "\u{23}"..."\u{5B}", "\u{5D}"..."\u{7E}": true
        default: isBeyondASCII(scalar)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z": true
        default: isBeyondASCII(scalar)
        }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || isLetter(scalar)
    }

    /// The ranges of the pattern; nothing above the basic plane, so no emoji.
    private static func isBeyondASCII(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{A0}"..."\u{D7FF}", "\u{F900}"..."\u{FDCF}", "\u{FDF0}"..."\u{FFEF}": true
        default: false
        }
    }
}
