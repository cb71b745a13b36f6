/// The metadata keys that Flexprice reserves for Indian tax registrations, and their forms.
///
/// Values are judged after white space at the ends is dropped and letters are made capitals; what is stored is the
/// value as it was sent. The empty value is always allowed.
enum TaxIdentifier: String, CaseIterable {
    case gstin
    case pan
    case hsnSAC = "hsn_sac"

    /// The form in which a value is judged.
    func normalised(_ text: String) -> [UInt8] {
        let isSpace: (Unicode.Scalar) -> Bool = \.properties.isWhitespace
        let trimmed = text.unicodeScalars.drop(while: isSpace)
        let end = trimmed.lastIndex { !isSpace($0) }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        var bytes: [UInt8] = []
        for scalar in trimmed[..<end] {
            switch scalar {
            case "a"..."z" where self != .hsnSAC: bytes.append(UInt8(truncatingIfNeeded: scalar.value) - 0x20)
            // Go's upper-casing makes ASCII letters of these two, the dotless i and the long s.
            case "\u{131}" where self != .hsnSAC: bytes.append(UInt8(ascii: "I"))
            case "\u{17f}" where self != .hsnSAC: bytes.append(UInt8(ascii: "S"))
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return bytes
    }

    /// Whether a normalised value has the form.
    func matches(_ normalised: [UInt8]) -> Bool {
        switch self {
        case .gstin: Self.matches(normalised, "00AAAAA0000A*Z*")
        case .pan: Self.matches(normalised, "AAAAA0000A")
        case .hsnSAC: ["0000", "000000", "00000000"].contains { Self.matches(normalised, $0) }
        }
    }

    /// What a value must look like, as the end of a sentence that starts with «must be».
    var expectation: String {
        switch self {
        case .gstin: "a GSTIN of 15 characters (2 digits, a PAN, a letter or digit, Z, a letter or digit) or empty"
        case .pan: "a PAN of 10 characters (5 letters, 4 digits, a letter) or empty"
        case .hsnSAC: "an HSN or SAC code of 4, 6 or 8 digits or empty"
        }
    }

    /// The PAN inside a GSTIN that has the right form.
    static func pan(inGSTIN normalised: [UInt8]) -> ArraySlice<UInt8> {
        normalised[2..<12]
    }

    /// Compares with a picture in which 0 means a digit, A a capital, * either, and Z itself.
    private static func matches(_ bytes: [UInt8], _ picture: StaticString) -> Bool {
        guard bytes.count == picture.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { index in
            let isDigit = bytes[index] &- UInt8(ascii: "0") < 10
            let isCapital = bytes[index] &- UInt8(ascii: "A") < 26
            return switch picture.utf8Start[index] {
            case UInt8(ascii: "0"): isDigit
            case UInt8(ascii: "A"): isCapital
            case UInt8(ascii: "*"): isDigit || isCapital
            default: bytes[index] == picture.utf8Start[index]
            }
        }
    }
}
