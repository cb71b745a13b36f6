import Records

/// A map of strings as Go keeps it: keys match byte for byte, and it is written in the order of their bytes.
struct Metadata: Hashable, Sendable {
    private var values: [ExactText: String] = [:]

    subscript(key: String) -> String? {
        get { values[ExactText(key)] }
        set { values[ExactText(key)] = newValue }
    }

    /// All pairs, sorted by the bytes of their keys.
    var pairs: [(key: String, value: String)] {
        values.map { ($0.key.text, $0.value) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Whether a key or a value holds U+0000, which PostgreSQL cannot store.
    var holdsNUL: Bool {
        values.contains { $0.key.text.utf8.contains(0) || $0.value.utf8.contains(0) }
    }
}
