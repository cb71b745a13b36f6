/// How Go's `encoding/json` matches member names: without regard to case.
///
/// `External_ID` sets `external_id` at Flexprice, whatever else the body says. So a member whose name only folds to a
/// known one must not be passed on as an unknown field.
enum FoldedName {
    /// The name in lower case, with the two letters beyond ASCII that fold to ASCII ones: the long s and the Kelvin
    /// sign.
    ///
    /// Nil when the name is too long to fold to a known one, or already in that form and so nobody's variant.
    static func fold(_ name: String) -> String? {
        // The longest known name has 26 letters; in the widest spelling each takes three bytes.
        guard name.utf8.count <= 26 * 3 else { return nil }
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 && $0 &- UInt8(ascii: "A") >= 26 }
        guard !isPlain else { return nil }
        var folded = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) + 0x20))
            case "\u{17f}": folded.append("s")
            case "\u{212a}": folded.append("k")
            default: folded.unicodeScalars.append(scalar)
            }
        }
        return folded
    }
}
