/// The rules for the metadata keys that the server reads as Indian tax identity.
///
/// The values are judged trimmed and in capitals, and stored as they came. An empty value is fine. The first failure
/// alone is reported.
enum TaxMetadataRule {
    static func error(in metadata: Metadata?) -> APIError? {
        guard let metadata else { return nil }
        let gstin = normalised(metadata["gstin"])
        let pan = normalised(metadata["pan"])
        let hsnSAC = trimmed(metadata["hsn_sac"])
        if !gstin.isEmpty, !matches(gstin, "99AAAAA9999AXZX") {
            return .validation("GSTIN must be 15 characters, e.g. \"27AAMCM4148E1ZD\"")
        }
        if !pan.isEmpty, !matches(pan, "AAAAA9999A") {
            return .validation("PAN must be 10 characters, e.g. \"AAMCC5329F\"")
        }
        if !gstin.isEmpty, !pan.isEmpty {
            let derived = gstin.dropFirst(2).prefix(10)
            if derived != pan {
                return .validation(
                    "Characters 3-12 of the GSTIN are the PAN; either correct the PAN or omit it",
                    details: [("pan_from_gstin", String(derived))]
                )
            }
        }
        if !hsnSAC.isEmpty, !["9999", "999999", "99999999"].contains(where: { matches(hsnSAC, $0) }) {
            return .validation("HSN/SAC must be 4, 6 or 8 digits, e.g. \"998415\"")
        }
        return nil
    }

    private static func trimmed(_ value: String?) -> String {
        let scalars = (value ?? "").unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }

    private static func normalised(_ value: String?) -> String { trimmed(value).uppercased() }

    /// Whether `text` has the form of `shape`: `9` stands for a digit, `A` for a capital, `X` for either, `Z` for
    /// itself.
    private static func matches(_ text: String, _ shape: StaticString) -> Bool {
        let text = Array(text.utf8)
        return shape.withUTF8Buffer { shape in
            guard text.count == shape.count else { return false }
            return zip(text, shape).allSatisfy { byte, form in
                let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                return switch form {
                case UInt8(ascii: "9"): isDigit
                case UInt8(ascii: "A"): isCapital
                case UInt8(ascii: "X"): isDigit || isCapital
                default: byte == form
                }
            }
        }
    }
}
