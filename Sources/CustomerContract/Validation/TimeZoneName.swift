/// The time zone names that Flexprice takes: those of the IANA database, in their exact capitals.
enum TimeZoneName {
    /// Whether the text is one of the names.
    ///
    /// `Local`, `Z` and offsets such as `+05:30` are not: they name no zone, or another one on every machine.
    static func isListed(_ text: String) -> Bool {
        // Without this guard the set, which compares canonically, would take a Kelvin sign for a K.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        return names.contains(text)
    }

    private static let names: Set<String> = {
        let words = listedNames.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return Set(words.map { String(decoding: $0, as: UTF8.self) })
    }()
}
