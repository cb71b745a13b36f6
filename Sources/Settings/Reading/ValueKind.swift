import Configuration
import Records

/// How values of one sort are read, described and printed; the vocabulary in which the settings are declared.
struct ValueKind<Value: Sendable>: Sendable {
    /// The form to ask the sources for: a string, a list of them, or the bytes of a map.
    var shape: ConfigType = .string
    /// What a right value looks like, with its bounds; the second half of every complaint.
    let expected: String
    /// Whether what ``text`` prints is a number, `true` or `false`, where it is not a word such as `auto`.
    var isBare = false
    let parse: @Sendable (RawValue) throws(SettingMistakes) -> Value
    /// Prints a value as it would be written; nil means «not set».
    let text: @Sendable (Value) -> String?

    /// The rows to show for a map, in place of one row.
    var entries: @Sendable (Value) -> [(name: String, text: String)] = { _ in [] }

    /// Puts a value of a weaker layer beneath one of a stronger layer; nil when the stronger one replaces it.
    ///
    /// Maps are filled up entry by entry: a password in a variable must not take away what the file says of TLS.
    var fill: (@Sendable (_ stronger: Value, _ weaker: Value) -> Value)?

    /// Whether this value contains a secret, and so may not come from the arguments of a process.
    var holdsSecret: @Sendable (Value) -> Bool = { _ in false }
}

extension ValueKind {
    /// A kind written as one text, where reading either succeeds or there is one way to say what was expected.
    static func scalar(
        _ expected: String,
        isSecret: Bool = false,
        isBare: Bool = false,
        text: @escaping @Sendable (Value) -> String? = { "\($0)" },
        parse: @escaping @Sendable (String) -> Value?
    ) -> Self {
        Self(
            expected: expected,
            isBare: isBare,
            parse: { raw throws(SettingMistakes) in
                guard case .text(let written) = raw else {
                    throw SettingMistakes(found: "a value of another form", expected: expected)
                }
                guard let value = parse(written) else {
                    let found = isSecret ? "a value that does not fit (not shown)" : Redaction.quoted(written)
                    throw SettingMistakes(found: written.isEmpty ? "an empty text" : found, expected: expected)
                }
                return value
            },
            text: { isSecret ? Secret.mask : text($0) },
            holdsSecret: { _ in isSecret }
        )
    }

    /// The same kind for a setting that may be left unset; `null` in the file unsets it.
    static func optional<Wrapped>(_ kind: ValueKind<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            shape: kind.shape,
            expected: kind.expected,
            isBare: kind.isBare,
            parse: { raw throws(SettingMistakes) in try kind.parse(raw) },
            text: { $0.flatMap(kind.text) },
            entries: { $0.map(kind.entries) ?? [] },
            holdsSecret: { $0.map(kind.holdsSecret) ?? false }
        )
    }

    /// A list: a YAML list, or texts separated by commas.
    static func list<Element>(of kind: ValueKind<Element>, count: ClosedRange<Int>) -> Self where Value == [Element] {
        let expected = "a list, each entry \(kind.expected)"
        return Self(
            shape: .stringArray,
            expected: expected,
            parse: { raw throws(SettingMistakes) in
                guard case .list(let texts) = raw else {
                    throw SettingMistakes(found: "a value of another form", expected: expected)
                }
                guard count.contains(texts.count) else {
                    let expected = "\(count.lowerBound) to \(count.upperBound) entries"
                    throw SettingMistakes(found: "\(texts.count) entries", expected: expected)
                }
                var elements: [Element] = []
                var mistakes: [SettingMistake] = []
                for (index, text) in texts.enumerated() {
                    do throws(SettingMistakes) {
                        elements.append(try kind.parse(.text(text)))
                    } catch {
                        mistakes += error.mistakes.map {
                            SettingMistake(found: "\($0.found) as entry \(index + 1)", expected: $0.expected)
                        }
                    }
                }
                guard mistakes.isEmpty else { throw SettingMistakes(mistakes) }
                return elements
            },
            text: { "[" + $0.compactMap(kind.text).joined(separator: ", ") + "]" }
        )
    }
}
