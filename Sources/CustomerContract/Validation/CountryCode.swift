import JSON
import Records

/// The country codes that Flexprice takes: ISO 3166-1 alpha-2 in capitals, and XK for Kosovo.
enum CountryCode {
    /// Whether the text is one of the 250 codes.
    static func isListed(_ text: String) -> Bool {
        text.withBytes { isListed($0) }
    }

    /// Whether these bytes are one of the codes.
    static func isListed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == 2 else { return false }
        let first = Int(bytes[0]) - Int(UInt8(ascii: "A"))
        let second = Int(bytes[1]) - Int(UInt8(ascii: "A"))
        guard (0..<26).contains(first), (0..<26).contains(second) else { return false }
        return flags[first * 26 + second]
    }

    /// One flag for each pair of letters.
    private static let flags: [Bool] = {
        var flags = [Bool](repeating: false, count: 26 * 26)
        for code in codes.utf8.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
            let letters = code.map { Int($0) - Int(UInt8(ascii: "A")) }
            flags[letters[0] * 26 + letters[1]] = true
        }
        return flags
    }()

    private static let codes = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
        CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
        FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
        JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
        MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
        PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
        TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """
}
