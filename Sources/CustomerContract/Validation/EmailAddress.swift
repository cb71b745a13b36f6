import Records

/// Flexprice's rule for e-mail addresses: what both Go's `net/mail.ParseAddress` and the `email` pattern of
/// go-playground/validator take.
///
/// Together they allow a dot-atom or a quoted string before the @, and after it a domain with at least one dot. Letters
/// beyond ASCII are allowed on both sides as far as the pattern lists them (`isListedLetter`), so no emoji.
enum EmailAddress {
    /// The first thing that is wrong with an address.
    enum Fault {
        case noAt
        case displayName
        case space
        case localPart
        case severalAts
        case domainCharacter
        case noDot
        case domainEdges
        case lastLabel

        /// What is wrong, as the end of a sentence that says that it must be an e-mail address.
        var explanation: String {
            switch self {
            case .noAt: "it has no @"
            case .displayName: "write the bare address, without a name or angle brackets"
            case .space: "it contains a space or a control character"
            case .localPart:
                "the part before the @ is empty, has a dot at an end or two in a row, "
                    + "or a character that is not allowed"
            case .severalAts: "it has more than one @"
            case .domainCharacter:
                "the domain has a character that is not allowed, a dot at an end or two in a row; "
                    + "letters, digits, hyphens and single dots are allowed"
            case .noDot: "the domain has no dot, or none with a letter or digit before it and a letter after it"
            case .domainEdges: "the domain must begin with a letter or a digit"
            case .lastLabel: "the domain must end in a letter, not a digit or a sign"
            }
        }
    }

    /// What is wrong with an address, or nil when Flexprice would take it.
    static func fault(in text: String) -> Fault? {
        // Nearly every address is one of these, and no code point has to be decoded for them.
        isPlain(text) ? nil : faultInCodePoints(of: text)
    }

    static func faultInCodePoints(of text: String) -> Fault? {
        let scalars = Array(text.unicodeScalars)
        guard let at = scalars.lastIndex(of: "@") else { return .noAt }
        if scalars.first == "\"" {
            guard isQuotedString(scalars[..<at]) else { return .localPart }
        } else if let fault = faultInDotAtom(scalars[..<at], ofWhole: scalars) {
            return fault
        }
        return faultInDomain(scalars[(at + 1)...])
    }

    /// Whether an address consists of ASCII letters, digits and the commonest signs, and obeys every rule.
    ///
    /// `false` says nothing: other addresses are allowed as well.
    static func isPlain(_ text: String) -> Bool { text.withBytes { isPlain($0) } }

    /// Whether these bytes are such an address.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < bytes.count else { return false }
        // A dot is allowed neither at the edge of a part nor next to another dot.
        var last = UInt8(ascii: ".")
        for byte in bytes[..<at] {
            guard isPlainLetter(byte) || isPlainDigit(byte) || isPlainSign(byte) || byte == UInt8(ascii: "."),
                byte != UInt8(ascii: ".") || last != UInt8(ascii: ".")
            else { return false }
            last = byte
        }
        guard last != UInt8(ascii: ".") else { return false }
        // Neither a dot nor a hyphen may begin the domain.
        last = UInt8(ascii: ".")
        var labels = 0
        for byte in bytes[(at + 1)...] {
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") {
                guard isPlainLetter(last) || isPlainDigit(last) else { return false }
            } else {
                guard isPlainLetter(byte) || isPlainDigit(byte) else { return false }
                if last == UInt8(ascii: "."), isPlainLetter(byte) || labels == 0 { labels += 1 }
            }
            last = byte
        }
        return labels > 1 && isPlainLetter(last)
    }

    private static func faultInDotAtom(_ local: ArraySlice<Unicode.Scalar>, ofWhole scalars: [Unicode.Scalar]) -> Fault?
    {
        if isDotAtom(local, where: isLocalCharacter) { return nil }
        if scalars.contains(where: { $0 == "<" || $0 == ">" }) { return .displayName }
        if local.contains("@") { return .severalAts }
        return scalars.contains(where: isSpaceOrControl) ? .space : .localPart
    }

    /// A quoted string: spaces, tabs, visible characters, and pairs of a backslash with any of those; not empty.
    private static func isQuotedString(_ local: ArraySlice<Unicode.Scalar>) -> Bool {
        guard local.count > 2, local.last == "\"" else { return false }
        var escaped = false
        for scalar in local.dropFirst().dropLast() {
            guard scalar == " " || scalar == "\t" || (0x21...0x7e).contains(scalar.value) || isListedLetter(scalar)
            else {
                return false
            }
            if escaped {
                escaped = false
            } else if scalar == "\\" {
                escaped = true
            } else if scalar == "\"" {
                return false
            }
        }
        // A backslash at the end would make the closing quote part of the content.
        return !escaped
    }

    /// The pattern asks for a dot somewhere with a letter or digit before it and a letter after it, for a letter or
    /// digit at the start and for a letter at the end; between them it accepts hyphens, tildes and dots, and `net/mail`
    /// adds that no dot may be at an end or beside another.
    private static func faultInDomain(_ domain: ArraySlice<Unicode.Scalar>) -> Fault? {
        if domain.contains(where: isSpaceOrControl) { return .space }
        guard let first = domain.first, let last = domain.last, isDotAtom(domain, where: isDomainCharacter) else {
            return domain.last == ">" ? .displayName : .domainCharacter
        }
        guard isLetter(first) || isDigit(first) else { return .domainEdges }
        let hasTop = domain.indices.dropFirst().dropLast().contains { index in
            let before = domain[index - 1]
            return domain[index] == "." && (isLetter(before) || isDigit(before)) && isLetter(domain[index + 1])
        }
        guard isLetter(last) else { return .lastLabel }
        return hasTop ? nil : .noDot
    }

    /// Characters that satisfy a rule, with single dots between them.
    private static func isDotAtom(
        _ scalars: ArraySlice<Unicode.Scalar>,
        where isAllowed: (Unicode.Scalar) -> Bool
    ) -> Bool {
        var previousIsDot = true
        for scalar in scalars {
            if scalar == "." {
                if previousIsDot { return false }
                previousIsDot = true
            } else {
                guard isAllowed(scalar) else { return false }
                previousIsDot = false
            }
        }
        return !previousIsDot
    }

    private static func isLocalCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}", "~": true
        default: isLetter(scalar) || isDigit(scalar)
        }
    }

    private static func isDomainCharacter(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || scalar == "-" || scalar == "~"
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z": true
        default: isListedLetter(scalar)
        }
    }

    private static func isPlainLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    private static func isPlainDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isPlainSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }

    /// The code points beyond ASCII that the pattern lists; no control characters, private use or surrogates, and
    /// nothing above U+FFEF.
    private static func isListedLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00a0...0xd7ff, 0xf900...0xfdcf, 0xfdf0...0xffef: true
        default: false
        }
    }

    private static func isSpaceOrControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.value == 0x7f
    }
}
