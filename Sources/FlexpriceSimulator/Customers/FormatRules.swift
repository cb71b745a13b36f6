import Foundation
import Records
import Synchronization

/// The server's `email` rule: `net/mail.ParseAddress` and the validator's pattern must both accept.
///
/// What remains of the two is a plain `local@domain`: no display name, no comment, no address literal, no white space
/// outside quotes.
enum EmailRule {
    static func accepts(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        // Neither a quoted local part nor a domain may hold an at sign beyond the last one of the address.
        guard let at = scalars.lastIndex(of: "@") else { return false }
        return Self.acceptsLocalPart(scalars[..<at]) && Self.acceptsDomain(scalars[(at + 1)...])
    }

    private static func acceptsLocalPart(_ local: ArraySlice<Unicode.Scalar>) -> Bool {
        if local.count > 2, local.first == "\"", local.last == "\"" {
            return local.dropFirst().dropLast().allSatisfy(Self.isQuotable)
        }
        return Self.isDotted(local) && local.allSatisfy { $0 == "." || Self.isAtom($0) }
    }

    /// Whether the pattern and `ParseAddress` accept a domain.
    ///
    /// The pattern wants a dot that a letter follows and a letter or digit precedes, and a letter at the far end; what
    /// lies between may hold further dots. `ParseAddress` forbids empty labels.
    private static func acceptsDomain(_ domain: ArraySlice<Unicode.Scalar>) -> Bool {
        guard Self.isDotted(domain), let first = domain.first, let last = domain.last else { return false }
        guard Self.isLetterOrDigit(first), Self.isLetter(last) else { return false }
        guard domain.allSatisfy({ Self.isLetterOrDigit($0) || ".-~".unicodeScalars.contains($0) }) else { return false }
        return domain.indices.contains { index in
            domain[index] == "." && Self.isLetterOrDigit(domain[index - 1]) && Self.isLetter(domain[index + 1])
        }
    }

    /// No dot at either end, none beside another, and not empty.
    private static func isDotted(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        !text.isEmpty && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    private static func isAtom(_ scalar: Unicode.Scalar) -> Bool {
        "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar) || Self.isLetterOrDigit(scalar)
    }

    private static func isQuotable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "!", "\u{23}"..."\u{5B}", "\u{5D}"..."\u{7E}": true
        default: Self.isBeyondASCII(scalar)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z": true
        default: Self.isBeyondASCII(scalar)
        }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || Self.isLetter(scalar)
    }

    /// The ranges of the pattern; nothing above the basic plane, so no emoji.
    private static func isBeyondASCII(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{A0}"..."\u{D7FF}", "\u{F900}"..."\u{FDCF}", "\u{FDF0}"..."\u{FFEF}": true
        default: false
        }
    }
}

/// The server's `iso3166_1_alpha2` rule: ISO 3166-1 and `XK`, in capitals only.
enum CountryRule {
    static let codes = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
        BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
        EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
        HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
        LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
        NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
        SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
        TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}

/// The server's `timezone` rule: a name that Go's `time.LoadLocation` finds, and neither empty nor `Local`.
///
/// Go looks for a file of the zone's name in the zone database, and so does this. Where the machine has no database,
/// every name of a plausible form is accepted, so that the simulator is usable there.
enum TimezoneRule {
    private static let database = "/usr/share/zoneinfo/"
    private static let hasDatabase = FileManager.default.fileExists(atPath: database + "Etc/UTC")
    private static let known = Mutex<[ExactText: Bool]>([:])
    /// Enough for every zone there is; a client that sends rubbish cannot make it grow.
    private static let capacity = 2_000

    static func accepts(_ name: String) -> Bool {
        if name.hasSameBytes(as: "UTC") { return true }
        guard Self.isPlausible(name) else { return false }
        guard Self.hasDatabase else { return true }
        if let answer = Self.known.withLock({ $0[ExactText(name)] }) { return answer }
        let answer = Self.isZoneFile(Self.database + name)
        Self.known.withLock { if $0.count < Self.capacity { $0[ExactText(name)] = answer } }
        return answer
    }

    /// No way out of the database, and none of its copies of every zone, which the server's image does not have.
    private static func isPlausible(_ name: String) -> Bool {
        let isSpelled = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-", "+", "/": true
            default: false
            }
        }
        guard isSpelled, !name.isEmpty, !["Local", "Z", "localtime"].contains(name) else { return false }
        return !["/", "+", "posix/", "right/"].contains(where: name.hasPrefix)
    }

    private static func isZoneFile(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: 4))?.elementsEqual("TZif".utf8) ?? false
    }
}
